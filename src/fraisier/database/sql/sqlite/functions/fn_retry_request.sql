-- A claimed request of a push or a timer could not begin: put it back into the queue, to be tried again after :delay
-- seconds of this machine's running, and free the lane. One that a newer request has come after is superseded there.
-- :request  pk
-- :lane
-- :token
-- :reason  why it could not
-- :delay  seconds
-- :most  tries in all
-- Returns the request; no row for a person's request, after the last try, and when the lease is lost.
SELECT pk_deployment_lock AS held
FROM tb_deployment_lock
WHERE fk_lane = :lane AND token = :token AND fk_request = :request AND fk_deployment IS NULL;

SELECT attempts + 1 AS tried
FROM tb_deployment_request
WHERE pk_deployment_request = :request AND automatic = 1 AND attempts + 1 < :most;

UPDATE tb_deployment_request
SET
    status = 'pending', started_at = NULL, attempts = :tried,
    reason = 'try ' || :tried || ' of ' || :most || ' failed: ' || :reason,
    retry_at = strftime('%Y-%m-%dT%H:%M:%f', :now, '+' || :delay || ' seconds') || '000Z',
    retry_boot_id = :boot_id, retry_boot_time = :boot_time + :delay
WHERE pk_deployment_request = :request;

DELETE FROM tb_deployment_lock WHERE pk_deployment_lock = :held;

SELECT * FROM tb_deployment_request WHERE pk_deployment_request = :request;
