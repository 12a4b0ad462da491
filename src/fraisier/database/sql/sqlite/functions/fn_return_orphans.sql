-- Claimed requests whose lease died before any deployment of them existed go back to the queue, and their dead leases
-- are removed. One that was to be cancelled is, and so is one of a group, which nobody deploys without the others; one
-- that a newer request of its class has come after is superseded.
-- Returns `returned`, how many.
UPDATE tb_deployment_request
SET status = 'superseded', reason = 'superseded while its owner was dead', ended_at = :now
WHERE status = 'processing'
    AND NOT EXISTS (
        SELECT 1 FROM tb_deployment_lock AS k
        WHERE k.fk_request = tb_deployment_request.pk_deployment_request
            AND k.boot_id = :boot_id AND k.boot_expires > :boot_time
    )
    AND NOT EXISTS (
        SELECT 1 FROM tb_deployment AS d
        WHERE d.fk_request = tb_deployment_request.pk_deployment_request AND d.status = 'in_progress'
    )
    AND EXISTS (
        SELECT 1 FROM tb_deployment_request AS newer
        WHERE newer.fk_lane = tb_deployment_request.fk_lane
            AND newer.automatic = tb_deployment_request.automatic
            AND newer.pk_deployment_request > tb_deployment_request.pk_deployment_request
            AND newer.status <> 'cancelled'
    );

UPDATE tb_deployment_request
SET
    status = CASE
        WHEN cancel_requested_at IS NULL AND json_extract(options, '$.group') IS NULL THEN 'pending' ELSE 'cancelled'
    END,
    started_at = NULL,
    reason = CASE
        WHEN cancel_requested_at IS NOT NULL THEN 'cancelled by ' || cancel_requested_by
        WHEN json_extract(options, '$.group') IS NOT NULL THEN 'whoever deployed its group died'
        ELSE reason
    END,
    ended_at = CASE
        WHEN cancel_requested_at IS NULL AND json_extract(options, '$.group') IS NULL THEN ended_at ELSE :now
    END
WHERE status = 'processing'
    AND NOT EXISTS (
        SELECT 1 FROM tb_deployment_lock AS k
        WHERE k.fk_request = tb_deployment_request.pk_deployment_request
            AND k.boot_id = :boot_id AND k.boot_expires > :boot_time
    )
    AND NOT EXISTS (
        SELECT 1 FROM tb_deployment AS d
        WHERE d.fk_request = tb_deployment_request.pk_deployment_request AND d.status = 'in_progress'
    );

SELECT changes() AS returned;

DELETE FROM tb_deployment_lock
WHERE fk_deployment IS NULL AND (boot_id <> :boot_id OR boot_expires <= :boot_time);

SELECT :returned AS returned;
