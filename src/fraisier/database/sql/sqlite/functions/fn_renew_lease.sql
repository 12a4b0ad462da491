-- Heartbeat: the lease of :lane under :token holds for another :lease_seconds.
-- :lane
-- :token
-- :lease_seconds = 30
-- Returns the lease; no row when it is lost.
SELECT pk_deployment_lock AS held FROM tb_deployment_lock WHERE fk_lane = :lane AND token = :token;

UPDATE tb_deployment_lock
SET
    expires_at = strftime('%Y-%m-%dT%H:%M:%f', :now, '+' || :lease_seconds || ' seconds') || '000Z',
    boot_id = :boot_id,
    boot_expires = :boot_time + :lease_seconds
WHERE pk_deployment_lock = :held;

SELECT * FROM tb_deployment_lock WHERE pk_deployment_lock = :held;
