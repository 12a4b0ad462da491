-- Events are fed to consumers: in which order, to whom, how far, by which process.
UPDATE tb_event SET seq = pk_event WHERE seq IS NULL;
CREATE TRIGGER tr_event_numbered AFTER INSERT ON tb_event
WHEN NEW.seq IS NULL
BEGIN
    UPDATE tb_event SET seq = pk_event WHERE pk_event = NEW.pk_event;
END;

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

CREATE TABLE tb_event_relay (
    pk_event_relay INTEGER PRIMARY KEY CHECK (pk_event_relay = 1),
    token INTEGER NOT NULL,
    holder TEXT NOT NULL,
    acquired_at TEXT NOT NULL,
    expires_at TEXT NOT NULL,
    boot_id TEXT NOT NULL,
    boot_expires REAL NOT NULL
);

-- Recoveries are rows of the history.
CREATE TABLE tb_recovery (
    pk_recovery INTEGER PRIMARY KEY AUTOINCREMENT,
    id TEXT NOT NULL UNIQUE DEFAULT
        (lower(hex(randomblob(4)) || '-' || hex(randomblob(2)) || '-4' || substr(hex(randomblob(2)), 2) || '-'
        || substr('89AB', 1 + (abs(random()) % 4), 1) || substr(hex(randomblob(2)), 2) || '-' || hex(randomblob(6)))),
    identifier TEXT GENERATED ALWAYS AS (printf('rec_%05d', pk_recovery)) VIRTUAL,
    fk_deployment INTEGER NOT NULL REFERENCES tb_deployment (pk_deployment) ON DELETE CASCADE,
    recovered_by TEXT NOT NULL,
    way TEXT CHECK (way IN ('forward', 'back', 'none')),
    reason TEXT NOT NULL,
    status TEXT NOT NULL DEFAULT 'in_progress' CHECK (status IN (
        'in_progress', 'success', 'failed', 'rolled_back', 'rollback_failed', 'cancelled', 'superseded'
    )),
    started_at TEXT NOT NULL,
    completed_at TEXT
);
CREATE UNIQUE INDEX ix_recovery_identifier ON tb_recovery (identifier);
CREATE INDEX ix_recovery_deployment ON tb_recovery (fk_deployment);

CREATE TRIGGER tr_recovery_begun AFTER UPDATE OF token ON tb_deployment
WHEN NEW.token <> OLD.token AND (NEW.takeovers <> OLD.takeovers OR OLD.parked)
BEGIN
    UPDATE tb_recovery
    SET
        status = 'superseded',
        completed_at = (SELECT k.acquired_at FROM tb_deployment_lock AS k WHERE k.fk_lane = NEW.fk_lane)
    WHERE fk_deployment = NEW.pk_deployment AND status = 'in_progress';

    INSERT INTO tb_recovery (fk_deployment, recovered_by, reason, started_at)
    SELECT
        NEW.pk_deployment, k.holder, CASE WHEN OLD.parked THEN 'it was parked' ELSE 'its owner died' END,
        k.acquired_at
    FROM tb_deployment_lock AS k
    WHERE k.fk_lane = NEW.fk_lane;
END;
CREATE TRIGGER tr_recovery_ended AFTER UPDATE OF status ON tb_deployment
WHEN OLD.status = 'in_progress' AND NEW.status <> 'in_progress'
BEGIN
    UPDATE tb_recovery SET status = NEW.status, completed_at = NEW.completed_at
    WHERE fk_deployment = NEW.pk_deployment AND status = 'in_progress';
END;
CREATE TRIGGER tr_recovery_deleted AFTER DELETE ON tb_deployment
BEGIN
    DELETE FROM tb_recovery WHERE fk_deployment = OLD.pk_deployment;
END;

-- What comes first is counted, not timed: clocks are set.
DROP INDEX ix_deployment_lane;
CREATE INDEX ix_deployment_lane ON tb_deployment (fk_lane);
ALTER TABLE tb_lane ADD COLUMN last_turn INTEGER NOT NULL DEFAULT 0;

-- A newer push may cancel the one that runs.
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
-- Whether a delivery says what the last one about its ref has said; without a ref, its body tells.
DROP INDEX ix_webhook_event_body;
CREATE INDEX ix_webhook_event_body ON tb_webhook_event (provider, body_sha256)
WHERE ref IS NULL AND outcome = 'accepted';
CREATE INDEX ix_webhook_event_ref ON tb_webhook_event (provider, repository, ref) WHERE ref IS NOT NULL;

-- A push that could not begin is tried again later, and one that came too late is known by its commit.
ALTER TABLE tb_deployment_request ADD COLUMN attempts INTEGER NOT NULL DEFAULT 0;
ALTER TABLE tb_deployment_request ADD COLUMN retry_at TEXT;
ALTER TABLE tb_deployment_request ADD COLUMN retry_boot_id TEXT;
ALTER TABLE tb_deployment_request ADD COLUMN retry_boot_time REAL;
CREATE INDEX ix_deployment_request_commit ON tb_deployment_request (fk_lane, git_commit) WHERE git_commit IS NOT NULL;
CREATE INDEX ix_deployment_version ON tb_deployment (fk_lane, new_version);

-- Metrics: deliveries, health checks, and whether targets answer.
CREATE TRIGGER tr_webhook_counted AFTER INSERT ON tb_webhook_event
BEGIN
    INSERT INTO tb_counter (name, labels, value)
    VALUES ('fraisier_webhooks_total', json_object('outcome', NEW.outcome, 'provider', NEW.provider), 1)
    ON CONFLICT (name, labels) DO UPDATE SET value = value + excluded.value;
END;
CREATE TRIGGER tr_health_counted AFTER INSERT ON tb_event
WHEN NEW.type IN ('health_check.passed', 'health_check.failed')
BEGIN
    INSERT INTO tb_counter (name, labels, value)
    VALUES (
        'fraisier_health_checks_total',
        json_object(
            'environment', NEW.environment, 'fraise', NEW.fraise, 'job', NEW.job,
            'result', substr(NEW.type, length('health_check.') + 1)
        ),
        1
    )
    ON CONFLICT (name, labels) DO UPDATE SET value = value + excluded.value;
END;
CREATE TABLE tb_provider_state (
    pk_provider_state INTEGER PRIMARY KEY AUTOINCREMENT,
    provider TEXT NOT NULL,
    host TEXT NOT NULL DEFAULT '',
    available INTEGER NOT NULL CHECK (available IN (0, 1)),
    reason TEXT,
    probed_at TEXT NOT NULL,
    UNIQUE (provider, host)
);

-- Webhooks that are stored together have one request for each lane.
CREATE TABLE tb_webhook_inbox (
    fk_webhook_event INTEGER PRIMARY KEY REFERENCES tb_webhook_event (pk_webhook_event) ON DELETE CASCADE,
    requests TEXT NOT NULL CHECK (json_valid(requests))
);
CREATE TABLE tb_webhook_superseded (
    fk_webhook_event INTEGER PRIMARY KEY REFERENCES tb_webhook_event (pk_webhook_event) ON DELETE CASCADE,
    superseded_by INTEGER NOT NULL
);
