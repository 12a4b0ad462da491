-- Claimed requests whose lease died before any deployment of them existed go back to the queue, and their dead leases
-- are removed.
-- Returns `returned`, how many.
UPDATE tb_deployment_request
SET status = 'pending', started_at = NULL
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
