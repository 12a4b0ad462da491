"""What is wrong here: each file looks at one thing and changes nothing."""
