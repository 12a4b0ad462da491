-- Live leases only; empty when idle. Deleting a row by hand frees the lane, and its former holder stops: each of its
-- writes carries the token and finds no row. `boot_expires` (seconds of CLOCK_BOOTTIME, in boot `boot_id`) decides;
-- `expires_at` is wall time, for people.
CREATE TABLE tb_deployment_lock (
    pk_deployment_lock INTEGER PRIMARY KEY AUTOINCREMENT,
    fk_lane INTEGER NOT NULL UNIQUE REFERENCES tb_lane (pk_lane),
    fraise TEXT NOT NULL,
    environment TEXT NOT NULL,
    job TEXT NOT NULL DEFAULT '',
    token INTEGER NOT NULL,
    holder TEXT NOT NULL,
    holder_pid INTEGER,
    holder_host TEXT,
    acquired_at TEXT NOT NULL,
    expires_at TEXT NOT NULL,
    boot_id TEXT NOT NULL,
    boot_expires REAL NOT NULL,
    fk_request INTEGER REFERENCES tb_deployment_request (pk_deployment_request) ON DELETE CASCADE,
    fk_deployment INTEGER REFERENCES tb_deployment (pk_deployment) ON DELETE CASCADE
);
