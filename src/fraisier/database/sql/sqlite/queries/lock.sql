-- The lease of one lane, given by its pk or its names. `valid` is 0 for one that has run out or is of another boot;
-- `deployment_id` is its deployment.
-- :lane = NULL
-- :fraise = NULL
-- :environment = NULL
-- :job = ''
SELECT
    k.*,
    k.boot_id = :boot_id AND k.boot_expires > :boot_time AS valid,
    d.identifier AS deployment_id
FROM tb_deployment_lock AS k
LEFT JOIN tb_deployment AS d ON d.pk_deployment = k.fk_deployment
WHERE k.fk_lane = :lane OR (k.fraise = :fraise AND k.environment = :environment AND k.job = :job);
