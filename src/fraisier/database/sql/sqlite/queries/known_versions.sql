-- The versions that have succeeded in a lane, the one deployed last first.
-- :fraise
-- :environment
-- :job = ''
SELECT d.new_version AS version, MAX(d.completed_at) AS deployed_at
FROM tb_lane AS l
INNER JOIN tb_deployment AS d ON d.fk_lane = l.pk_lane
WHERE l.fraise = :fraise AND l.environment = :environment AND l.job = :job
    AND d.status = 'success' AND d.new_version IS NOT NULL
GROUP BY d.new_version
ORDER BY MAX(d.pk_deployment) DESC;
