-- Heartbeat: the lease of :lane under :token holds for another :lease_seconds.
-- :lane
-- :token
-- :lease_seconds = 30
-- Returns the lease, with `cancel_requested_by` and `cancel_reason` of its request; no row when it is lost.
SELECT pk_deployment_lock AS held FROM tb_deployment_lock WHERE fk_lane = :lane AND token = :token;

UPDATE tb_deployment_lock
SET
    expires_at = strftime('%Y-%m-%dT%H:%M:%f', :now, '+' || :lease_seconds || ' seconds') || '000Z',
    boot_id = :boot_id,
    boot_expires = :boot_time + :lease_seconds
WHERE pk_deployment_lock = :held;

SELECT k.*, r.cancel_requested_by, r.cancel_reason
FROM tb_deployment_lock AS k
LEFT JOIN tb_deployment_request AS r ON r.pk_deployment_request = k.fk_request
WHERE k.pk_deployment_lock = :held;
