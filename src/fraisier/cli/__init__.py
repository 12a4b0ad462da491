"""What people type. One file per command; it parses, calls and prints, and decides nothing."""
