-- The tables as schema version 1 had them, for the test of upgrades.
CREATE TABLE tb_counter (
    name TEXT NOT NULL,
    labels TEXT NOT NULL DEFAULT '{}' CHECK (json_valid(labels)),
    value REAL NOT NULL DEFAULT 0,
    PRIMARY KEY (name, labels)
) WITHOUT ROWID;
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
CREATE INDEX ix_deployment_lane ON tb_deployment (fk_lane, started_at);
CREATE INDEX ix_deployment_started ON tb_deployment (started_at);
CREATE INDEX ix_deployment_request ON tb_deployment (fk_request);
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
CREATE TRIGGER tr_deployment_deleted AFTER DELETE ON tb_deployment
BEGIN
    DELETE FROM tb_deployment_step WHERE fk_deployment = OLD.pk_deployment;
    DELETE FROM tb_deployment_lock WHERE fk_deployment = OLD.pk_deployment;
    UPDATE tb_webhook_event SET fk_deployment = NULL WHERE fk_deployment = OLD.pk_deployment;
END;
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
CREATE TRIGGER tr_request_supersedes AFTER INSERT ON tb_deployment_request
WHEN NEW.status = 'pending'
BEGIN
    UPDATE tb_deployment_request
    SET status = 'superseded', reason = 'superseded by ' || NEW.identifier, ended_at = NEW.requested_at
    WHERE status = 'pending' AND fk_lane = NEW.fk_lane AND automatic = NEW.automatic
        AND pk_deployment_request < NEW.pk_deployment_request;
END;
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
CREATE TABLE tb_event (
    pk_event INTEGER PRIMARY KEY AUTOINCREMENT,
    id TEXT NOT NULL UNIQUE DEFAULT
        (lower(hex(randomblob(4)) || '-' || hex(randomblob(2)) || '-4' || substr(hex(randomblob(2)), 2) || '-'
        || substr('89AB', 1 + (abs(random()) % 4), 1) || substr(hex(randomblob(2)), 2) || '-' || hex(randomblob(6)))),
    identifier TEXT GENERATED ALWAYS AS (printf('evt_%05d', pk_event)) VIRTUAL,
    seq INTEGER UNIQUE,
    type TEXT NOT NULL,
    fraise TEXT,
    environment TEXT,
    job TEXT NOT NULL DEFAULT '',
    deployment TEXT,
    actor TEXT,
    data TEXT NOT NULL DEFAULT '{}' CHECK (json_valid(data)),
    created_at TEXT NOT NULL
);
CREATE TRIGGER tr_event_append_only BEFORE UPDATE ON tb_event
WHEN OLD.seq IS NOT NULL OR NEW.seq IS NULL OR OLD.id IS NOT NEW.id OR OLD.type IS NOT NEW.type
    OR OLD.fraise IS NOT NEW.fraise OR OLD.environment IS NOT NEW.environment OR OLD.job IS NOT NEW.job
    OR OLD.deployment IS NOT NEW.deployment OR OLD.actor IS NOT NEW.actor OR OLD.data IS NOT NEW.data
    OR OLD.created_at IS NOT NEW.created_at
BEGIN
    SELECT RAISE(ABORT, 'events are never changed');
END;
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
CREATE TABLE tb_installation (
    pk_installation INTEGER PRIMARY KEY CHECK (pk_installation = 1),
    id TEXT NOT NULL UNIQUE DEFAULT
        (lower(hex(randomblob(4)) || '-' || hex(randomblob(2)) || '-4' || substr(hex(randomblob(2)), 2) || '-'
        || substr('89AB', 1 + (abs(random()) % 4), 1) || substr(hex(randomblob(2)), 2) || '-' || hex(randomblob(6)))),
    created_at TEXT NOT NULL DEFAULT (strftime('%Y-%m-%dT%H:%M:%f', 'now') || '000Z')
);
CREATE TABLE tb_lane (
    pk_lane INTEGER PRIMARY KEY AUTOINCREMENT,
    fraise TEXT NOT NULL,
    environment TEXT NOT NULL,
    job TEXT NOT NULL DEFAULT '',
    last_token INTEGER NOT NULL DEFAULT 0,
    last_claimed_at TEXT,
    hold_since TEXT,
    hold_reason TEXT,
    hold_by TEXT,
    UNIQUE (fraise, environment, job)
);
CREATE TRIGGER tr_lane_token_only_grows BEFORE UPDATE OF last_token ON tb_lane
WHEN NEW.last_token < OLD.last_token
BEGIN
    SELECT RAISE(ABORT, 'the token of a lane only grows');
END;
CREATE TABLE tb_schema_version (
    version INTEGER PRIMARY KEY,
    readable_from INTEGER NOT NULL,
    applied_at TEXT NOT NULL DEFAULT (strftime('%Y-%m-%dT%H:%M:%f', 'now') || '000Z')
);
CREATE TABLE tb_token (
    pk_token INTEGER PRIMARY KEY AUTOINCREMENT,
    id TEXT NOT NULL UNIQUE DEFAULT
        (lower(hex(randomblob(4)) || '-' || hex(randomblob(2)) || '-4' || substr(hex(randomblob(2)), 2) || '-'
        || substr('89AB', 1 + (abs(random()) % 4), 1) || substr(hex(randomblob(2)), 2) || '-' || hex(randomblob(6)))),
    name TEXT NOT NULL UNIQUE,
    token_sha256 TEXT NOT NULL UNIQUE,
    role TEXT NOT NULL CHECK (role IN ('viewer', 'deployer', 'admin')),
    scopes TEXT NOT NULL DEFAULT '[]' CHECK (json_valid(scopes)),
    created_at TEXT NOT NULL,
    created_by TEXT,
    expires_at TEXT,
    revoked_at TEXT
);
CREATE TABLE tb_webhook_event (
    pk_webhook_event INTEGER PRIMARY KEY AUTOINCREMENT,
    id TEXT NOT NULL UNIQUE DEFAULT
        (lower(hex(randomblob(4)) || '-' || hex(randomblob(2)) || '-4' || substr(hex(randomblob(2)), 2) || '-'
        || substr('89AB', 1 + (abs(random()) % 4), 1) || substr(hex(randomblob(2)), 2) || '-' || hex(randomblob(6)))),
    identifier TEXT GENERATED ALWAYS AS (printf('hook_%05d', pk_webhook_event)) VIRTUAL,
    received_at TEXT NOT NULL,
    provider TEXT NOT NULL,
    event_type TEXT NOT NULL,
    delivery_id TEXT,
    body_sha256 TEXT,
    repository TEXT,
    ref TEXT,
    before_sha TEXT,
    branch TEXT,
    commit_sha TEXT,
    sender TEXT,
    payload TEXT,
    source_ip TEXT,
    request_id TEXT,
    outcome TEXT NOT NULL DEFAULT 'accepted' CHECK (outcome IN ('accepted', 'ignored', 'refused')),
    reason TEXT,
    processed INTEGER NOT NULL DEFAULT 0 CHECK (processed IN (0, 1)),
    fk_deployment INTEGER REFERENCES tb_deployment (pk_deployment) ON DELETE SET NULL,
    deployment_id TEXT GENERATED ALWAYS AS (
        CASE WHEN fk_deployment IS NOT NULL THEN printf('dep_%05d', fk_deployment) END
    ) VIRTUAL
);
CREATE UNIQUE INDEX ix_webhook_event_delivery ON tb_webhook_event (provider, delivery_id)
WHERE outcome = 'accepted';
CREATE INDEX ix_webhook_event_body ON tb_webhook_event (body_sha256);
CREATE INDEX ix_webhook_event_deployment ON tb_webhook_event (fk_deployment) WHERE fk_deployment IS NOT NULL;
INSERT INTO tb_schema_version (version, readable_from) VALUES (1, 1);
INSERT INTO tb_installation (pk_installation) VALUES (1);
