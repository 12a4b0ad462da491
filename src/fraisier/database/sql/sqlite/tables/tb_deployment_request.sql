-- The command queue. Every door inserts here; whoever claims a row runs it. `automatic` is its class: webhook and
-- scheduled requests are automatic, manual and api ones are a person's.
CREATE TABLE tb_deployment_request (
    pk_deployment_request INTEGER PRIMARY KEY AUTOINCREMENT,
    id TEXT NOT NULL UNIQUE DEFAULT
        (lower(hex(randomblob(4)) || '-' || hex(randomblob(2)) || '-4' || substr(hex(randomblob(2)), 2) || '-'
        || substr('89AB', 1 + (abs(random()) % 4), 1) || substr(hex(randomblob(2)), 2) || '-' || hex(randomblob(6)))),
    identifier TEXT GENERATED ALWAYS AS (printf('req_%05d', pk_deployment_request)) VIRTUAL,
    fk_lane INTEGER NOT NULL REFERENCES tb_lane (pk_lane),
    fraise TEXT NOT NULL,
    environment TEXT NOT NULL,
    job TEXT NOT NULL DEFAULT '',
    kind TEXT NOT NULL DEFAULT 'deploy' CHECK (kind IN ('deploy', 'rollback')),
    requested_at TEXT NOT NULL,
    requested_by TEXT,
    trigger_type TEXT NOT NULL CHECK (trigger_type IN ('webhook', 'manual', 'scheduled', 'api')),
    triggered_by TEXT GENERATED ALWAYS AS (trigger_type) VIRTUAL,
    automatic INTEGER GENERATED ALWAYS AS (trigger_type IN ('webhook', 'scheduled')) VIRTUAL,
    status TEXT NOT NULL DEFAULT 'pending'
        CHECK (status IN ('pending', 'processing', 'completed', 'failed', 'superseded', 'cancelled')),
    reason TEXT,
    git_branch TEXT,
    git_commit TEXT,
    options TEXT NOT NULL DEFAULT '{}' CHECK (json_valid(options)),
    target_provider TEXT,
    target_config TEXT CHECK (target_config IS NULL OR json_valid(target_config)),
    runs_on TEXT,
    fk_webhook_event INTEGER REFERENCES tb_webhook_event (pk_webhook_event) ON DELETE SET NULL,
    started_at TEXT,
    ended_at TEXT
);
CREATE UNIQUE INDEX ix_deployment_request_identifier ON tb_deployment_request (identifier);
CREATE INDEX ix_deployment_request_queue ON tb_deployment_request (status, fk_lane);
CREATE INDEX ix_deployment_request_webhook ON tb_deployment_request (fk_webhook_event)
WHERE fk_webhook_event IS NOT NULL;

-- At most one pending request of each class in a lane: a newer one replaces the older ones of its own class.
CREATE TRIGGER tr_request_supersedes AFTER INSERT ON tb_deployment_request
WHEN NEW.status = 'pending'
BEGIN
    UPDATE tb_deployment_request
    SET status = 'superseded', reason = 'superseded by ' || NEW.identifier, ended_at = NEW.requested_at
    WHERE status = 'pending' AND fk_lane = NEW.fk_lane AND automatic = NEW.automatic
        AND pk_deployment_request < NEW.pk_deployment_request;
END;

-- A claimed request that comes back to the queue finds a newer one of its class there: it has been replaced.
CREATE TRIGGER tr_request_returns AFTER UPDATE OF status ON tb_deployment_request
WHEN NEW.status = 'pending' AND EXISTS (
    SELECT 1 FROM tb_deployment_request AS newer
    WHERE newer.status = 'pending' AND newer.fk_lane = NEW.fk_lane AND newer.automatic = NEW.automatic
        AND newer.pk_deployment_request > NEW.pk_deployment_request
)
BEGIN
    UPDATE tb_deployment_request
    SET status = 'superseded', reason = 'superseded while it waited to be run again',
        ended_at = strftime('%Y-%m-%dT%H:%M:%f', 'now') || '000Z'
    WHERE pk_deployment_request = NEW.pk_deployment_request;
END;
