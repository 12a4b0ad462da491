-- Give the best runnable request of any free lane, or exactly :request, to :observer, with a new fencing token.
-- A lane is free when it has no valid lease and no deployment in progress; a held lane only serves people,
-- and a request that failed to begin waits for its next try. The lanes of an environment's jobs share it, and a
-- deployment has it for itself.
-- Requests of people come first, then the lane whose last claim is longest ago.
-- :observer  who will hold the lease
-- :request = NULL  its pk, id or identifier; NULL takes the best one
-- :lease_seconds = 30
-- :runs_on = NULL  machine id of the observer
-- :holder_pid = NULL
-- :holder_host = NULL
-- Returns the request with `token`; no row when there is nothing to do.
SELECT r.pk_deployment_request AS claimed, r.fk_lane AS lane, MAX(l.last_token + 1, :epoch_ms) AS token
FROM tb_deployment_request AS r
INNER JOIN tb_lane AS l ON l.pk_lane = r.fk_lane
WHERE r.status = 'pending'
    AND (
        :request IS NULL OR r.pk_deployment_request = :request OR r.id = :request OR r.identifier = :request
    )
    AND (r.runs_on IS NULL OR r.runs_on = :runs_on)
    AND (l.hold_since IS NULL OR r.automatic = 0)
    AND (r.retry_boot_id IS NOT :boot_id OR r.retry_boot_time <= :boot_time)
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
    )
ORDER BY r.automatic, l.last_turn, r.pk_deployment_request
LIMIT 1;

UPDATE tb_lane
SET last_token = :token, last_claimed_at = :now, last_turn = (SELECT MAX(last_turn) + 1 FROM tb_lane)
WHERE pk_lane = :lane;

DELETE FROM tb_deployment_lock WHERE fk_lane = :lane;

INSERT INTO tb_deployment_lock (
    fk_lane, fraise, environment, job, token, holder, holder_pid, holder_host, acquired_at, expires_at,
    boot_id, boot_expires, fk_request
)
SELECT
    fk_lane, fraise, environment, job, :token, :observer, :holder_pid, :holder_host, :now,
    strftime('%Y-%m-%dT%H:%M:%f', :now, '+' || :lease_seconds || ' seconds') || '000Z',
    :boot_id, :boot_time + :lease_seconds, pk_deployment_request
FROM tb_deployment_request
WHERE pk_deployment_request = :claimed;

UPDATE tb_deployment_request SET status = 'processing', started_at = :now WHERE pk_deployment_request = :claimed;

SELECT *, :token AS token FROM tb_deployment_request WHERE pk_deployment_request = :claimed;
