-- Outbox and audit trail in one: what happened, written in the transaction that made it true. Append-only. `seq` is the
-- order in which consumers get events: that of the commits, which SQLite makes one after the other, so it is the row's
-- own number. `deployment` is a name, not a key: it outlives the row.
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
