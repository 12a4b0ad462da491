-- The successful deployments of a lane, newest first.
-- :fraise
-- :environment
-- :job = ''
-- :limit = 20
SELECT d.*
FROM tb_lane AS l
INNER JOIN tb_deployment AS d ON d.fk_lane = l.pk_lane
WHERE l.fraise = :fraise AND l.environment = :environment AND l.job = :job AND d.status = 'success'
ORDER BY d.pk_deployment DESC
LIMIT :limit;
