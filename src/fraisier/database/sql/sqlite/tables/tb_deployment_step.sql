-- The journal of a deployment: what was planned, in order, and how far each step came. `phase` is `apply` or `undo`,
-- whichever was tried last; times and output are those of that phase.
CREATE TABLE tb_deployment_step (
    pk_deployment_step INTEGER PRIMARY KEY AUTOINCREMENT,
    fk_deployment INTEGER NOT NULL REFERENCES tb_deployment (pk_deployment) ON DELETE CASCADE,
    ordinal INTEGER NOT NULL,
    host TEXT NOT NULL DEFAULT '',
    kind TEXT NOT NULL,
    version INTEGER NOT NULL DEFAULT 1,
    title TEXT NOT NULL,
    position TEXT NOT NULL CHECK (position IN ('before', 'switch', 'after')),
    params TEXT NOT NULL DEFAULT '{}' CHECK (json_valid(params)),
    status TEXT NOT NULL DEFAULT 'pending'
        CHECK (status IN ('pending', 'running', 'done', 'failed', 'undone', 'undo_failed', 'skipped')),
    phase TEXT NOT NULL DEFAULT 'apply' CHECK (phase IN ('apply', 'undo')),
    attempts INTEGER NOT NULL DEFAULT 0,
    started_at TEXT,
    ended_at TEXT,
    duration_seconds REAL,
    note TEXT,
    error TEXT,
    output TEXT,
    UNIQUE (fk_deployment, ordinal)
);
