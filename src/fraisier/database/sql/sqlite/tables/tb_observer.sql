-- The observers that run now: each renews its row, and takes it away when it stops. `boot_seen` (seconds of
-- CLOCK_BOOTTIME, in boot `boot_id`) decides who lives; `seen_at` is wall time, for people.
CREATE TABLE tb_observer (
    pk_observer INTEGER PRIMARY KEY AUTOINCREMENT,
    identifier TEXT NOT NULL UNIQUE,
    machine TEXT NOT NULL,
    host TEXT NOT NULL,
    pid INTEGER NOT NULL,
    started_at TEXT NOT NULL,
    seen_at TEXT NOT NULL,
    boot_id TEXT NOT NULL,
    boot_seen REAL NOT NULL
);
