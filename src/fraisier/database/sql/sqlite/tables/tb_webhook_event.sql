-- Every webhook received. `processed` becomes 1 when its deployment starts, or when it turned out to need none.
-- An accepted delivery is kept once. Refused and ignored ones may repeat: nobody can use up the id of a delivery to
-- come, and one sent again after the configuration was mended is acted on.
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
CREATE INDEX ix_webhook_event_ref ON tb_webhook_event (provider, repository, ref) WHERE ref IS NOT NULL;
CREATE INDEX ix_webhook_event_body ON tb_webhook_event (provider, body_sha256)
WHERE ref IS NULL AND outcome = 'accepted';
CREATE INDEX ix_webhook_event_deployment ON tb_webhook_event (fk_deployment) WHERE fk_deployment IS NOT NULL;
