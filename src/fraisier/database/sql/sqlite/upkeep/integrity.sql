-- What SQLite finds wrong with the file: one row `ok` when it is nothing.
PRAGMA integrity_check;
