-- The valid leases of an environment: its deployment's, or those of its jobs.
-- :fraise
-- :environment
SELECT k.*, d.identifier AS deployment_id, d.started_at
FROM tb_deployment_lock AS k
LEFT JOIN tb_deployment AS d ON d.pk_deployment = k.fk_deployment
WHERE k.fraise = :fraise AND k.environment = :environment AND k.boot_id = :boot_id AND k.boot_expires > :boot_time
ORDER BY k.job;
