-- Events that a consumer did not get and that are no longer tried by themselves: `failed`, or `again` when somebody has
-- asked to send them once more. A row goes when its event has arrived.
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
