-- Give the lease of a free lane to :observer for something short that is no deployment.
-- :fraise
-- :environment
-- :job = ''
-- :observer  who will hold the lease
-- :lease_seconds = 30
-- :holder_pid = NULL
-- :holder_host = NULL
-- Returns the lane with `token`; no row while somebody owns it or a deployment is in progress there.
INSERT INTO tb_lane (fraise, environment, job) VALUES (:fraise, :environment, :job)
ON CONFLICT DO NOTHING;

SELECT l.pk_lane AS lane, MAX(l.last_token + 1, :epoch_ms) AS token
FROM tb_lane AS l
WHERE l.fraise = :fraise AND l.environment = :environment AND l.job = :job
    AND NOT EXISTS (
        SELECT 1 FROM tb_deployment_lock AS k
        WHERE k.fraise = l.fraise AND k.environment = l.environment
            AND (k.job = l.job OR k.job = '' OR l.job = '')
            AND k.boot_id = :boot_id AND k.boot_expires > :boot_time
    )
    AND NOT EXISTS (
        SELECT 1 FROM tb_lane AS n
        INNER JOIN tb_deployment AS d ON d.fk_lane = n.pk_lane AND d.status = 'in_progress'
        WHERE n.fraise = l.fraise AND n.environment = l.environment
            AND (n.job = l.job OR n.job = '' OR l.job = '')
    );

UPDATE tb_lane SET last_token = :token WHERE pk_lane = :lane;

DELETE FROM tb_deployment_lock WHERE fk_lane = :lane;

INSERT INTO tb_deployment_lock (
    fk_lane, fraise, environment, job, token, holder, holder_pid, holder_host, acquired_at, expires_at,
    boot_id, boot_expires
)
VALUES (
    :lane, :fraise, :environment, :job, :token, :observer, :holder_pid, :holder_host, :now,
    strftime('%Y-%m-%dT%H:%M:%f', :now, '+' || :lease_seconds || ' seconds') || '000Z',
    :boot_id, :boot_time + :lease_seconds
);

SELECT *, :token AS token FROM tb_lane WHERE pk_lane = :lane;
