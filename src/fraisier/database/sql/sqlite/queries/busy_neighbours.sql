-- The lanes that share their environment with this one and have a deployment in progress: a job's neighbours are the
-- deployments of its environment, and theirs are all of its jobs.
-- :lane  pk
SELECT n.pk_lane, n.job
FROM tb_lane AS l
INNER JOIN tb_lane AS n ON n.fraise = l.fraise AND n.environment = l.environment AND n.pk_lane <> l.pk_lane
    AND (n.job = '' OR l.job = '')
INNER JOIN tb_deployment AS d ON d.fk_lane = n.pk_lane AND d.status = 'in_progress'
WHERE l.pk_lane = :lane
ORDER BY n.pk_lane;
