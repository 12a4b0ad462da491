-- Which schema this file has: the newest row. `readable_from` is the oldest schema version a program must know
-- to read and write it; upgrades within one release only add, so it seldom moves.
CREATE TABLE tb_schema_version (
    version INTEGER PRIMARY KEY,
    readable_from INTEGER NOT NULL,
    applied_at TEXT NOT NULL DEFAULT (strftime('%Y-%m-%dT%H:%M:%f', 'now') || '000Z')
);
