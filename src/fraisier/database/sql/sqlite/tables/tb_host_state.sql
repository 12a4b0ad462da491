-- What is known of one host of a lane. `pending_restore`: it could not be returned and left the router; observers
-- restore it when it answers.
CREATE TABLE tb_host_state (
    pk_host_state INTEGER PRIMARY KEY AUTOINCREMENT,
    fk_lane INTEGER NOT NULL REFERENCES tb_lane (pk_lane),
    host TEXT NOT NULL,
    status TEXT NOT NULL DEFAULT 'unknown' CHECK (status IN ('in_service', 'out_of_service', 'pending_restore', 'unknown')),
    current_version TEXT,
    note TEXT,
    updated_at TEXT NOT NULL,
    UNIQUE (fk_lane, host)
);
