-- The lease of the relay: one process at a time feeds the consumers. One row at most; none when nobody does.
-- `boot_expires` (seconds of CLOCK_BOOTTIME, in boot `boot_id`) decides; `expires_at` is wall time, for people.
CREATE TABLE tb_event_relay (
    pk_event_relay INTEGER PRIMARY KEY CHECK (pk_event_relay = 1),
    token INTEGER NOT NULL,
    holder TEXT NOT NULL,
    acquired_at TEXT NOT NULL,
    expires_at TEXT NOT NULL,
    boot_id TEXT NOT NULL,
    boot_expires REAL NOT NULL
);
