-- What runs in a lane, then what waits there.
-- :fraise
-- :environment
-- :job = ''
SELECT r.*
FROM tb_lane AS l
INNER JOIN tb_deployment_request AS r ON r.fk_lane = l.pk_lane AND (r.status = 'processing' OR r.status = 'pending')
WHERE l.fraise = :fraise AND l.environment = :environment AND l.job = :job
ORDER BY r.status = 'pending', r.pk_deployment_request;
