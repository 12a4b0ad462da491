-- Give one deployment in progress that has no valid lease to :observer, with a new token. Parked ones come first and
-- do not count as a takeover: nobody died; nor does one whose owner hands it over by its token.
-- :observer  who will hold the lease
-- :lane = NULL  only this lane
-- :given = NULL  the token of an owner who hands its deployment over; it may live
-- :lease_seconds = 30
-- :runs_on = NULL  machine id of the observer
-- :holder_pid = NULL
-- :holder_host = NULL
-- Returns the deployment, `resumed` (1: it was parked, or given), `former_token` of whoever had it before, and its request's
-- `cancel_requested_by` and `cancel_reason`; no row when there is none.
SELECT
    d.pk_deployment AS deployment, d.fk_lane AS lane, MAX(d.parked, d.token IS :given) AS resumed,
    d.token AS former_token, MAX(l.last_token + 1, :epoch_ms) AS token
FROM tb_deployment AS d
INNER JOIN tb_lane AS l ON l.pk_lane = d.fk_lane
LEFT JOIN tb_deployment_request AS r ON r.pk_deployment_request = d.fk_request
WHERE d.status = 'in_progress'
    AND (:lane IS NULL OR d.fk_lane = :lane)
    AND (r.runs_on IS NULL OR r.runs_on = :runs_on)
    AND NOT EXISTS (
        SELECT 1 FROM tb_deployment_lock AS k
        WHERE k.fk_lane = d.fk_lane AND k.boot_id = :boot_id AND k.boot_expires > :boot_time
            AND k.token IS NOT :given
    )
ORDER BY d.parked DESC, d.pk_deployment
LIMIT 1;

UPDATE tb_lane
SET last_token = :token, last_claimed_at = :now, last_turn = (SELECT MAX(last_turn) + 1 FROM tb_lane)
WHERE pk_lane = :lane;

DELETE FROM tb_deployment_lock WHERE fk_lane = :lane;

INSERT INTO tb_deployment_lock (
    fk_lane, fraise, environment, job, token, holder, holder_pid, holder_host, acquired_at, expires_at,
    boot_id, boot_expires, fk_request, fk_deployment
)
SELECT
    fk_lane, fraise, environment, job, :token, :observer, :holder_pid, :holder_host, :now,
    strftime('%Y-%m-%dT%H:%M:%f', :now, '+' || :lease_seconds || ' seconds') || '000Z',
    :boot_id, :boot_time + :lease_seconds, fk_request, pk_deployment
FROM tb_deployment
WHERE pk_deployment = :deployment;

UPDATE tb_deployment SET token = :token, takeovers = takeovers + 1 - :resumed, parked = 0
WHERE pk_deployment = :deployment;

INSERT INTO tb_event (type, fraise, environment, job, deployment, actor, data, created_at)
SELECT
    'deployment.' || CASE WHEN :resumed THEN 'resumed' ELSE 'taken_over' END,
    fraise, environment, job, identifier, :observer,
    json_object('takeovers', takeovers, 'direction', direction, 'version', new_version), :now
FROM tb_deployment
WHERE pk_deployment = :deployment;

SELECT d.*, :resumed AS resumed, :former_token AS former_token, r.cancel_requested_by, r.cancel_reason
FROM tb_deployment AS d
LEFT JOIN tb_deployment_request AS r ON r.pk_deployment_request = d.fk_request
WHERE d.pk_deployment = :deployment;
