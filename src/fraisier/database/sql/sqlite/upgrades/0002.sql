-- Cancelling what runs, who asked from where, and which observers live.
ALTER TABLE tb_deployment_request ADD COLUMN requested_from TEXT;
ALTER TABLE tb_deployment_request ADD COLUMN cancel_requested_at TEXT;
ALTER TABLE tb_deployment_request ADD COLUMN cancel_requested_by TEXT;
ALTER TABLE tb_deployment_request ADD COLUMN cancel_reason TEXT;
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

CREATE TABLE tb_observer (
    pk_observer INTEGER PRIMARY KEY AUTOINCREMENT,
    identifier TEXT NOT NULL UNIQUE,
    machine TEXT NOT NULL,
    host TEXT NOT NULL,
    pid INTEGER NOT NULL,
    started_at TEXT NOT NULL,
    seen_at TEXT NOT NULL,
    boot_id TEXT NOT NULL,
    boot_seen REAL NOT NULL
);

CREATE INDEX ix_event_lane ON tb_event (fraise, environment, pk_event);
