-- Whether a kind of target answers, as an observer saw it last. `host` is empty for this machine.
CREATE TABLE tb_provider_state (
    pk_provider_state INTEGER PRIMARY KEY AUTOINCREMENT,
    provider TEXT NOT NULL,
    host TEXT NOT NULL DEFAULT '',
    available INTEGER NOT NULL CHECK (available IN (0, 1)),
    reason TEXT,
    probed_at TEXT NOT NULL,
    UNIQUE (provider, host)
);
