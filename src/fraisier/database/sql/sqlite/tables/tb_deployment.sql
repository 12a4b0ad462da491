-- Every attempt. `direction` is `forward` or `back`; it becomes `back` before the first undo and never changes
-- again. `plan` and `config_snapshot` are what execution and recovery use. A finished row is never updated.
CREATE TABLE tb_deployment (
    pk_deployment INTEGER PRIMARY KEY AUTOINCREMENT,
    id TEXT NOT NULL UNIQUE DEFAULT
        (lower(hex(randomblob(4)) || '-' || hex(randomblob(2)) || '-4' || substr(hex(randomblob(2)), 2) || '-'
        || substr('89AB', 1 + (abs(random()) % 4), 1) || substr(hex(randomblob(2)), 2) || '-' || hex(randomblob(6)))),
    identifier TEXT GENERATED ALWAYS AS (printf('dep_%05d', pk_deployment)) VIRTUAL,
    fk_request INTEGER REFERENCES tb_deployment_request (pk_deployment_request),
    fk_lane INTEGER NOT NULL REFERENCES tb_lane (pk_lane),
    fraise TEXT NOT NULL,
    environment TEXT NOT NULL,
    job TEXT NOT NULL DEFAULT '',
    kind TEXT NOT NULL DEFAULT 'deploy' CHECK (kind IN ('deploy', 'rollback')),
    status TEXT NOT NULL CHECK (status IN (
        'pending', 'in_progress', 'success', 'failed', 'rolled_back', 'rollback_failed', 'cancelled', 'superseded'
    )),
    direction TEXT NOT NULL DEFAULT 'forward' CHECK (direction IN ('forward', 'back')),
    back_reason TEXT,
    started_at TEXT NOT NULL,
    completed_at TEXT,
    duration_seconds REAL,
    old_version TEXT,
    new_version TEXT,
    triggered_by TEXT NOT NULL CHECK (triggered_by IN ('webhook', 'manual', 'scheduled', 'api')),
    trigger_type TEXT GENERATED ALWAYS AS (triggered_by) VIRTUAL,
    requested_by TEXT,
    target_provider TEXT,
    git_commit TEXT,
    git_branch TEXT,
    error_code TEXT,
    error_message TEXT,
    error_hint TEXT,
    error_exit_code INTEGER,
    details TEXT CHECK (details IS NULL OR json_valid(details)),
    plan TEXT CHECK (plan IS NULL OR json_valid(plan)),
    config_snapshot TEXT CHECK (config_snapshot IS NULL OR json_valid(config_snapshot)),
    not_undone TEXT NOT NULL DEFAULT '[]' CHECK (json_valid(not_undone)),
    takeovers INTEGER NOT NULL DEFAULT 0,
    token INTEGER,
    parked INTEGER NOT NULL DEFAULT 0
);
CREATE UNIQUE INDEX ix_deployment_identifier ON tb_deployment (identifier);
CREATE INDEX ix_deployment_lane ON tb_deployment (fk_lane);
CREATE INDEX ix_deployment_started ON tb_deployment (started_at);
CREATE INDEX ix_deployment_request ON tb_deployment (fk_request);
CREATE INDEX ix_deployment_version ON tb_deployment (fk_lane, new_version);
CREATE UNIQUE INDEX ix_deployment_running ON tb_deployment (fk_lane) WHERE status = 'in_progress';

CREATE TRIGGER tr_deployment_finished BEFORE UPDATE ON tb_deployment
WHEN OLD.status NOT IN ('pending', 'in_progress')
BEGIN
    SELECT RAISE(ABORT, 'a finished deployment is never updated');
END;
CREATE TRIGGER tr_deployment_direction BEFORE UPDATE OF direction ON tb_deployment
WHEN OLD.direction = 'back' AND NEW.direction <> 'back'
BEGIN
    SELECT RAISE(ABORT, 'a deployment that goes back never goes forward again');
END;

-- The documented DELETE is often typed into a client that does not enforce foreign keys: children go all the same.
CREATE TRIGGER tr_deployment_deleted AFTER DELETE ON tb_deployment
BEGIN
    DELETE FROM tb_deployment_step WHERE fk_deployment = OLD.pk_deployment;
    DELETE FROM tb_deployment_lock WHERE fk_deployment = OLD.pk_deployment;
    UPDATE tb_webhook_event SET fk_deployment = NULL WHERE fk_deployment = OLD.pk_deployment;
END;

-- Totals are raised where a deployment ends, whoever ends it. Durations are in seconds.
CREATE TRIGGER tr_deployment_counted AFTER UPDATE OF status ON tb_deployment
WHEN OLD.status IN ('pending', 'in_progress') AND NEW.status NOT IN ('pending', 'in_progress')
BEGIN
    INSERT INTO tb_counter (name, labels, value)
    VALUES (
        'fraisier_deployments_total',
        json_object(
            'environment', NEW.environment, 'fraise', NEW.fraise, 'job', NEW.job,
            'provider', COALESCE(NEW.target_provider, ''), 'status', NEW.status
        ),
        1
    )
    ON CONFLICT (name, labels) DO UPDATE SET value = value + excluded.value;

    INSERT INTO tb_counter (name, labels, value)
    VALUES (
        'fraisier_deployment_errors_total',
        json_object(
            'environment', NEW.environment, 'fraise', NEW.fraise, 'job', NEW.job,
            'provider', COALESCE(NEW.target_provider, '')
        ),
        NEW.status IN ('failed', 'rolled_back', 'rollback_failed')
    )
    ON CONFLICT (name, labels) DO UPDATE SET value = value + excluded.value;

    INSERT INTO tb_counter (name, labels, value)
    SELECT
        'fraisier_deployment_duration_seconds_bucket',
        json_object('environment', NEW.environment, 'fraise', NEW.fraise, 'job', NEW.job, 'le', bucket.value),
        bucket.value = '+Inf' OR COALESCE(NEW.duration_seconds, 0) <= CAST(bucket.value AS REAL)
    FROM json_each('["1","5","10","30","60","120","300","600","900","1800","3600","7200","+Inf"]') AS bucket
    WHERE true
    ON CONFLICT (name, labels) DO UPDATE SET value = value + excluded.value;

    INSERT INTO tb_counter (name, labels, value)
    SELECT
        'fraisier_deployment_duration_seconds_' || part.key,
        json_object('environment', NEW.environment, 'fraise', NEW.fraise, 'job', NEW.job),
        part.value
    FROM json_each(json_object('sum', COALESCE(NEW.duration_seconds, 0), 'count', 1)) AS part
    WHERE true
    ON CONFLICT (name, labels) DO UPDATE SET value = value + excluded.value;
END;
