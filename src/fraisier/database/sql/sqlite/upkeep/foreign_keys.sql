-- Rows that point at rows which are not there: table, rowid, the table pointed at, which key.
PRAGMA foreign_key_check;
