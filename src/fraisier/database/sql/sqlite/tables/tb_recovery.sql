-- Every takeover of a deployment whose owner died or parked it: who went on with it, which way, why, and how that
-- ended (`superseded`: whoever took over died, or parked it, in turn). Triggers write it, so it holds for any Fraisier
-- that uses this file, older ones included. A living owner that hands its deployment over is no recovery.
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
