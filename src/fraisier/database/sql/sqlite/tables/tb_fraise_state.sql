-- What runs where, and how it is: `healthy` (its last check passed), `degraded` (it runs, but something is left to do),
-- `down` (nothing of it runs or answers), `unknown` (nobody has looked yet).
CREATE TABLE tb_fraise_state (
    pk_fraise_state INTEGER PRIMARY KEY AUTOINCREMENT,
    id TEXT NOT NULL UNIQUE DEFAULT
        (lower(hex(randomblob(4)) || '-' || hex(randomblob(2)) || '-4' || substr(hex(randomblob(2)), 2) || '-'
        || substr('89AB', 1 + (abs(random()) % 4), 1) || substr(hex(randomblob(2)), 2) || '-' || hex(randomblob(6)))),
    fraise TEXT NOT NULL,
    environment TEXT NOT NULL,
    job TEXT NOT NULL DEFAULT '',
    current_version TEXT,
    last_deployed_at TEXT,
    last_deployed_by TEXT,
    status TEXT NOT NULL DEFAULT 'unknown' CHECK (status IN ('healthy', 'degraded', 'down', 'unknown')),
    target_provider TEXT,
    UNIQUE (fraise, environment, job)
);
