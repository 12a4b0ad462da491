-- The newest deployment of a lane, whatever became of it.
-- :fraise
-- :environment
-- :job = ''
SELECT d.*
FROM tb_lane AS l
INNER JOIN tb_deployment AS d ON d.fk_lane = l.pk_lane
WHERE l.fraise = :fraise AND l.environment = :environment AND l.job = :job
ORDER BY d.pk_deployment DESC
LIMIT 1;
