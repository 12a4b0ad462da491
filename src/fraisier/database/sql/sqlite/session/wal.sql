-- Readers never wait for the writer. Set once; the file remembers it.
PRAGMA journal_mode = WAL;
