-- One row per lane: the health last known (`status`), the version that runs, and its newest deployment.
-- `current_shown` is what people call that version: its tag if a recent deployment knew one, else seven characters.
-- `fraise_id` and `last_deployed` are the quick reference's names for the fraise and its newest deployment's start.
DROP VIEW IF EXISTS v_fraise_status;
CREATE VIEW v_fraise_status AS
SELECT
    s.fraise,
    s.fraise AS fraise_id,
    s.environment,
    s.job,
    s.current_version,
    COALESCE(
        (
            SELECT json_extract(recent.plan, '$.commit.tag')
            FROM (
                SELECT past.plan, past.new_version
                FROM tb_deployment AS past
                WHERE past.fk_lane = l.pk_lane
                ORDER BY past.pk_deployment DESC
                LIMIT 100
            ) AS recent
            WHERE recent.new_version = s.current_version
            LIMIT 1
        ),
        substr(s.current_version, 1, 7)
    ) AS current_shown,
    s.status,
    d.status AS deployment_status,
    s.target_provider,
    s.last_deployed_at,
    s.last_deployed_by,
    d.started_at AS last_deployed,
    d.duration_seconds AS last_deploy_duration,
    d.git_commit AS last_git_commit,
    d.identifier AS last_deployment_id,
    l.hold_since,
    l.hold_reason,
    l.hold_by
FROM tb_fraise_state AS s
LEFT JOIN tb_lane AS l ON l.fraise = s.fraise AND l.environment = s.environment AND l.job = s.job
LEFT JOIN tb_deployment AS d ON d.pk_deployment = (
    SELECT newest.pk_deployment
    FROM tb_deployment AS newest
    WHERE newest.fk_lane = l.pk_lane
    ORDER BY newest.pk_deployment DESC
    LIMIT 1
);
