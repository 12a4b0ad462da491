-- The command queue. Every door inserts here; whoever claims a row runs it. `automatic` is its class: webhook and
-- scheduled requests are automatic, manual and api ones are a person's. `cancel_requested_at` tells the owner of a
-- running one to go back. One that could not begin is tried again: not before `retry_boot_time` of the same boot.
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
    ended_at TEXT,
    requested_from TEXT,
    cancel_requested_at TEXT,
    cancel_requested_by TEXT,
    cancel_reason TEXT,
    attempts INTEGER NOT NULL DEFAULT 0,
    retry_at TEXT,
    retry_boot_id TEXT,
    retry_boot_time REAL
);
CREATE INDEX ix_deployment_request_pending ON tb_deployment_request (fk_lane) WHERE status = 'pending';
CREATE INDEX ix_deployment_request_processing ON tb_deployment_request (fk_lane) WHERE status = 'processing';
CREATE INDEX ix_deployment_request_commit ON tb_deployment_request (fk_lane, git_commit) WHERE git_commit IS NOT NULL;
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

-- What was asked for, by whom, from where; and what a newer request took the place of.
CREATE TRIGGER tr_request_made AFTER INSERT ON tb_deployment_request
BEGIN
    INSERT INTO tb_event (type, fraise, environment, job, actor, data, created_at)
    VALUES (
        'request.made', NEW.fraise, NEW.environment, NEW.job, NEW.requested_by,
        json_object(
            'request', NEW.identifier, 'kind', NEW.kind, 'trigger', NEW.trigger_type, 'from', NEW.requested_from
        ),
        NEW.requested_at
    );
END;
CREATE TRIGGER tr_request_superseded AFTER UPDATE OF status ON tb_deployment_request
WHEN NEW.status = 'superseded' AND OLD.status <> 'superseded'
BEGIN
    INSERT INTO tb_event (type, fraise, environment, job, actor, data, created_at)
    VALUES (
        'request.superseded', NEW.fraise, NEW.environment, NEW.job, NEW.requested_by,
        json_object('request', NEW.identifier, 'reason', NEW.reason), NEW.ended_at
    );
END;

-- `on_new_push: cancel`: the automatic request that runs in the lane makes way, unless it brings this very commit.
CREATE TRIGGER tr_request_cancels AFTER INSERT ON tb_deployment_request
WHEN NEW.status = 'pending' AND NEW.automatic AND json_extract(NEW.options, '$.on_new_push') = 'cancel'
BEGIN
    INSERT INTO tb_event (type, fraise, environment, job, deployment, actor, data, created_at)
    SELECT
        'deployment.cancel_requested', r.fraise, r.environment, r.job, d.identifier, NEW.requested_by,
        json_object('request', r.identifier, 'reason', NEW.identifier || ' is newer', 'from', NEW.requested_from),
        NEW.requested_at
    FROM tb_deployment_request AS r
    LEFT JOIN tb_deployment AS d ON d.fk_request = r.pk_deployment_request AND d.status = 'in_progress'
    WHERE r.fk_lane = NEW.fk_lane AND r.status = 'processing' AND r.automatic AND r.cancel_requested_at IS NULL
        AND (d.pk_deployment IS NULL OR d.new_version IS NOT NEW.git_commit);

    UPDATE tb_deployment_request
    SET
        cancel_requested_at = NEW.requested_at,
        cancel_requested_by = COALESCE(NEW.requested_by, 'fraisier'),
        cancel_reason = NEW.identifier || ' is newer'
    WHERE fk_lane = NEW.fk_lane AND status = 'processing' AND automatic AND cancel_requested_at IS NULL
        AND NOT EXISTS (
            SELECT 1 FROM tb_deployment AS d
            WHERE d.fk_request = tb_deployment_request.pk_deployment_request AND d.status = 'in_progress'
                AND d.new_version IS NEW.git_commit
        );
END;
