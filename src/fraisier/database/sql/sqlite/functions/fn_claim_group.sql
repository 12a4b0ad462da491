-- Claim the lanes of a group for one command, all of them or none, each with a request of its own and a new fencing
-- token. A lane is free when neither it nor a job beside it has a valid lease or a deployment in progress.
-- :members  JSON array of {fraise, environment, git_branch, target_provider, options}
-- :observer  who will hold the leases
-- :kind = 'deploy'  deploy or rollback
-- :requested_by = NULL
-- :requested_from = NULL  the machine or address it came from
-- :trigger_type = 'manual'
-- :lease_seconds = 30
-- :runs_on = NULL  machine id of the observer
-- :holder_pid = NULL
-- :holder_host = NULL
-- Returns `claimed`: the requests with their tokens, a JSON array in the order of the members; no row when a lane is
-- not free.
INSERT INTO tb_lane (fraise, environment)
SELECT json_extract(value, '$.fraise'), json_extract(value, '$.environment') FROM json_each(:members) WHERE true
ON CONFLICT DO NOTHING;

SELECT 1 AS free
WHERE NOT EXISTS (
    SELECT 1
    FROM json_each(:members) AS m
    INNER JOIN tb_lane AS l
        ON l.fraise = json_extract(m.value, '$.fraise')
        AND l.environment = json_extract(m.value, '$.environment') AND l.job = ''
    WHERE EXISTS (
        SELECT 1 FROM tb_deployment_lock AS k
        WHERE k.fraise = l.fraise AND k.environment = l.environment
            AND k.boot_id = :boot_id AND k.boot_expires > :boot_time
    )
    OR EXISTS (
        SELECT 1 FROM tb_lane AS n
        INNER JOIN tb_deployment AS d ON d.fk_lane = n.pk_lane AND d.status = 'in_progress'
        WHERE n.fraise = l.fraise AND n.environment = l.environment
    )
);

SELECT COALESCE(MAX(pk_deployment_request), 0) AS before FROM tb_deployment_request;

INSERT INTO tb_deployment_request (
    fk_lane, fraise, environment, kind, requested_at, requested_by, requested_from, trigger_type, status, started_at,
    git_branch, options, target_provider, runs_on
)
SELECT
    l.pk_lane, l.fraise, l.environment, :kind, :now, :requested_by, :requested_from, :trigger_type, 'processing', :now,
    json_extract(m.value, '$.git_branch'), json_extract(m.value, '$.options'),
    json_extract(m.value, '$.target_provider'), :runs_on
FROM json_each(:members) AS m
INNER JOIN tb_lane AS l
    ON l.fraise = json_extract(m.value, '$.fraise')
    AND l.environment = json_extract(m.value, '$.environment') AND l.job = ''
ORDER BY m.key;

UPDATE tb_lane
SET
    last_token = MAX(last_token + 1, :epoch_ms),
    last_claimed_at = :now,
    last_turn = (SELECT MAX(last_turn) + 1 FROM tb_lane)
WHERE pk_lane IN (SELECT fk_lane FROM tb_deployment_request WHERE pk_deployment_request > :before);

DELETE FROM tb_deployment_lock
WHERE fk_lane IN (SELECT fk_lane FROM tb_deployment_request WHERE pk_deployment_request > :before);

INSERT INTO tb_deployment_lock (
    fk_lane, fraise, environment, job, token, holder, holder_pid, holder_host, acquired_at, expires_at,
    boot_id, boot_expires, fk_request
)
SELECT
    r.fk_lane, r.fraise, r.environment, r.job, l.last_token, :observer, :holder_pid, :holder_host, :now,
    strftime('%Y-%m-%dT%H:%M:%f', :now, '+' || :lease_seconds || ' seconds') || '000Z',
    :boot_id, :boot_time + :lease_seconds, r.pk_deployment_request
FROM tb_deployment_request AS r
INNER JOIN tb_lane AS l ON l.pk_lane = r.fk_lane
WHERE r.pk_deployment_request > :before;

SELECT
    json_group_array(
        json_object(
            'pk_deployment_request', pk_deployment_request, 'identifier', identifier, 'fk_lane', fk_lane,
            'fraise', fraise, 'environment', environment, 'job', job, 'kind', kind, 'options', options,
            'trigger_type', trigger_type, 'requested_by', requested_by, 'requested_from', requested_from,
            'git_branch', git_branch, 'git_commit', git_commit, 'attempts', attempts,
            'token', token
        )
    ) AS claimed
FROM (
    SELECT r.*, l.last_token AS token
    FROM tb_deployment_request AS r
    INNER JOIN tb_lane AS l ON l.pk_lane = r.fk_lane
    WHERE r.pk_deployment_request > :before
    ORDER BY r.pk_deployment_request
);
