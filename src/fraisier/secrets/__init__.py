"""Where the values behind `${…}` come from. One file per source, one line in the registry of resolver.py."""
