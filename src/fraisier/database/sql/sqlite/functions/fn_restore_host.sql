-- Give the lane of a host that could not be returned to :observer, with a new token, for the deployment that left it so.
-- :deployment  pk; it has ended
-- :host
-- :observer  who will hold the lease
-- :lease_seconds = 30
-- :runs_on = NULL  machine id of the observer
-- :holder_pid = NULL
-- :holder_host = NULL
-- Returns the deployment with `token`; no row when somebody is at work there, or the host needs nothing any more.
SELECT d.fk_lane AS lane, MAX(l.last_token + 1, :epoch_ms) AS token
FROM tb_deployment AS d
INNER JOIN tb_lane AS l ON l.pk_lane = d.fk_lane
INNER JOIN tb_host_state AS h ON h.fk_lane = d.fk_lane AND h.host = :host AND h.status = 'pending_restore'
LEFT JOIN tb_deployment_request AS r ON r.pk_deployment_request = d.fk_request
WHERE d.pk_deployment = :deployment
    AND (r.runs_on IS NULL OR r.runs_on = :runs_on)
    AND NOT EXISTS (
        SELECT 1 FROM tb_deployment_lock AS k
        WHERE k.fk_lane = d.fk_lane AND k.boot_id = :boot_id AND k.boot_expires > :boot_time
    )
    AND NOT EXISTS (
        SELECT 1 FROM tb_deployment AS o WHERE o.fk_lane = d.fk_lane AND o.status = 'in_progress'
    );

UPDATE tb_lane SET last_token = :token WHERE pk_lane = :lane;

UPDATE tb_host_state SET updated_at = :now WHERE fk_lane = :lane AND host = :host;

DELETE FROM tb_deployment_lock WHERE fk_lane = :lane;

INSERT INTO tb_deployment_lock (
    fk_lane, fraise, environment, job, token, holder, holder_pid, holder_host, acquired_at, expires_at,
    boot_id, boot_expires, fk_deployment
)
SELECT
    fk_lane, fraise, environment, job, :token, :observer, :holder_pid, :holder_host, :now,
    strftime('%Y-%m-%dT%H:%M:%f', :now, '+' || :lease_seconds || ' seconds') || '000Z',
    :boot_id, :boot_time + :lease_seconds, pk_deployment
FROM tb_deployment
WHERE pk_deployment = :deployment;

SELECT pk_deployment, identifier, fk_lane, fraise, environment, job, :token AS token
FROM tb_deployment
WHERE pk_deployment = :deployment;
