-- Events are fed to consumers: in which order, to whom, how far, by which process.
UPDATE tb_event SET seq = pk_event WHERE seq IS NULL;
CREATE TRIGGER tr_event_numbered AFTER INSERT ON tb_event
WHEN NEW.seq IS NULL
BEGIN
    UPDATE tb_event SET seq = pk_event WHERE pk_event = NEW.pk_event;
END;

CREATE TABLE tb_event_consumer (
    pk_event_consumer INTEGER PRIMARY KEY AUTOINCREMENT,
    name TEXT NOT NULL UNIQUE,
    position INTEGER NOT NULL,
    attempts INTEGER NOT NULL DEFAULT 0,
    failing_since TEXT,
    last_error TEXT,
    next_try_at TEXT,
    moved_at TEXT,
    created_at TEXT NOT NULL
);

CREATE TABLE tb_event_delivery (
    pk_event_delivery INTEGER PRIMARY KEY AUTOINCREMENT,
    identifier TEXT GENERATED ALWAYS AS (printf('ntf_%05d', pk_event_delivery)) VIRTUAL,
    fk_event_consumer INTEGER NOT NULL REFERENCES tb_event_consumer (pk_event_consumer) ON DELETE CASCADE,
    fk_event INTEGER NOT NULL REFERENCES tb_event (pk_event) ON DELETE CASCADE,
    status TEXT NOT NULL DEFAULT 'failed' CHECK (status IN ('failed', 'again')),
    attempts INTEGER NOT NULL,
    error TEXT NOT NULL,
    failed_at TEXT NOT NULL,
    UNIQUE (fk_event_consumer, fk_event)
);

CREATE TABLE tb_event_relay (
    pk_event_relay INTEGER PRIMARY KEY CHECK (pk_event_relay = 1),
    token INTEGER NOT NULL,
    holder TEXT NOT NULL,
    acquired_at TEXT NOT NULL,
    expires_at TEXT NOT NULL,
    boot_id TEXT NOT NULL,
    boot_expires REAL NOT NULL
);
