-- The number of an event is that of its row.
CREATE TABLE former_delivery AS SELECT * FROM tb_event_delivery;
CREATE TABLE former_event AS SELECT * FROM tb_event;
DELETE FROM tb_event_delivery;
DROP TABLE tb_event;
CREATE TABLE tb_event (
    pk_event INTEGER PRIMARY KEY AUTOINCREMENT,
    id TEXT NOT NULL UNIQUE DEFAULT
        (lower(hex(randomblob(4)) || '-' || hex(randomblob(2)) || '-4' || substr(hex(randomblob(2)), 2) || '-'
        || substr('89AB', 1 + (abs(random()) % 4), 1) || substr(hex(randomblob(2)), 2) || '-' || hex(randomblob(6)))),
    identifier TEXT GENERATED ALWAYS AS (printf('evt_%05d', pk_event)) VIRTUAL,
    seq INTEGER GENERATED ALWAYS AS (pk_event) VIRTUAL,
    type TEXT NOT NULL,
    fraise TEXT,
    environment TEXT,
    job TEXT NOT NULL DEFAULT '',
    deployment TEXT,
    actor TEXT,
    data TEXT NOT NULL DEFAULT '{}' CHECK (json_valid(data)),
    created_at TEXT NOT NULL
);
CREATE INDEX ix_event_lane ON tb_event (fraise, environment, pk_event);
CREATE TRIGGER tr_event_append_only BEFORE UPDATE ON tb_event
BEGIN
    SELECT RAISE(ABORT, 'events are never changed');
END;
INSERT INTO tb_event (pk_event, id, type, fraise, environment, job, deployment, actor, data, created_at)
SELECT pk_event, id, type, fraise, environment, job, deployment, actor, data, created_at FROM former_event;
INSERT INTO tb_event_delivery (pk_event_delivery, fk_event_consumer, fk_event, status, attempts, error, failed_at)
SELECT pk_event_delivery, fk_event_consumer, fk_event, status, attempts, error, failed_at FROM former_delivery;
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
DROP TABLE former_event;
DROP TABLE former_delivery;

-- A push writes no more than it must.
DROP TRIGGER tr_webhook_counted;
DROP VIEW IF EXISTS v_webhook_inbox;
DROP TABLE tb_webhook_inbox;
DROP INDEX ix_deployment_request_identifier;
DROP INDEX ix_deployment_request_queue;
CREATE INDEX ix_deployment_request_pending ON tb_deployment_request (fk_lane) WHERE status = 'pending';
CREATE INDEX ix_deployment_request_processing ON tb_deployment_request (fk_lane) WHERE status = 'processing';
