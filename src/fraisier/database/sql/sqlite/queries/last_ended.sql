-- How the newest deployment or run of a lane that ended did end, and whether one is in progress; without :job of any
-- lane of the environment.
-- :fraise
-- :environment
-- :job = NULL
SELECT d.identifier, d.status, d.job
FROM tb_lane AS l
INNER JOIN tb_deployment AS d ON d.fk_lane = l.pk_lane
WHERE l.fraise = :fraise AND l.environment = :environment AND (:job IS NULL OR l.job = :job)
ORDER BY d.pk_deployment DESC
LIMIT 1;
