-- How every connection works. FULL: a commit is on the disk when we say so.
PRAGMA busy_timeout = 10000;
PRAGMA foreign_keys = ON;
PRAGMA synchronous = FULL;
