-- Who is fed from the outbox, and up to where: `position` is the last `seq` that is done with. The rest tells people
-- why one is behind; `attempts` counts those at the next event.
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
