-- How every connection works. FULL: a commit is on the disk when we say so. What a statement might have to take back
-- is kept in memory, not in a file that is made and deleted for each.
PRAGMA busy_timeout = 10000;
PRAGMA foreign_keys = ON;
PRAGMA synchronous = FULL;
PRAGMA temp_store = MEMORY;
