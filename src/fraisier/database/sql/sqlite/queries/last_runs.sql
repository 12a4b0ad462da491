-- The newest run of each job of an environment.
-- :fraise
-- :environment
SELECT d.*, l.job AS of_job
FROM tb_lane AS l
INNER JOIN tb_deployment AS d ON d.pk_deployment = (
    SELECT newest.pk_deployment FROM tb_deployment AS newest
    WHERE newest.fk_lane = l.pk_lane
    ORDER BY newest.pk_deployment DESC
    LIMIT 1
)
WHERE l.fraise = :fraise AND l.environment = :environment AND l.job <> ''
ORDER BY l.job;
