"""What changes the schema of an application's database, and what a lane knows about it."""
