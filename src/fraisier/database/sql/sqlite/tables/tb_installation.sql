-- Who this Fraisier is to the hosts it changes: one row, written once. Fences, units and sockets carry `id`.
CREATE TABLE tb_installation (
    pk_installation INTEGER PRIMARY KEY CHECK (pk_installation = 1),
    id TEXT NOT NULL UNIQUE DEFAULT
        (lower(hex(randomblob(4)) || '-' || hex(randomblob(2)) || '-4' || substr(hex(randomblob(2)), 2) || '-'
        || substr('89AB', 1 + (abs(random()) % 4), 1) || substr(hex(randomblob(2)), 2) || '-' || hex(randomblob(6)))),
    created_at TEXT NOT NULL DEFAULT (strftime('%Y-%m-%dT%H:%M:%f', 'now') || '000Z')
);
INSERT INTO tb_installation (pk_installation) VALUES (1);
