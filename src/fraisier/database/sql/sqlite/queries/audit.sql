-- Who did what, newest first: every event except the results of health checks. `requested_from` is where it came from.
-- With a filter it goes lane by lane, so that a seldom used one is found as fast in a long history.
-- :fraise = NULL
-- :environment = NULL
-- :limit = 20
SELECT
    e.identifier,
    e.id,
    e.created_at AS at,
    e.actor AS who,
    e.type AS what,
    e.fraise,
    e.environment,
    e.job,
    e.deployment AS deployment_id,
    COALESCE(json_extract(e.data, '$.request'), r.identifier) AS request_id,
    COALESCE(
        json_extract(e.data, '$.from'), CASE WHEN e.actor = r.requested_by THEN r.requested_from END
    ) AS requested_from,
    COALESCE(json_extract(e.data, '$.status'), substr(e.type, instr(e.type, '.') + 1)) AS result,
    COALESCE(json_extract(e.data, '$.reason'), json_extract(e.data, '$.error')) AS reason
FROM tb_event AS e
LEFT JOIN tb_deployment AS d ON d.identifier = e.deployment
LEFT JOIN tb_deployment_request AS r ON r.pk_deployment_request = d.fk_request
WHERE e.pk_event IN (
    SELECT pk_event FROM (
        SELECT newest.pk_event
        FROM tb_event AS newest
        WHERE :fraise IS NULL AND :environment IS NULL AND newest.type NOT LIKE 'health\_check.%' ESCAPE '\'
        ORDER BY newest.pk_event DESC
        LIMIT :limit
    )
    UNION ALL
    SELECT of_lane.pk_event
    FROM tb_lane AS l
    INNER JOIN tb_event AS of_lane ON of_lane.pk_event IN (
        SELECT newest.pk_event
        FROM tb_event AS newest
        WHERE newest.fraise = l.fraise AND newest.environment = l.environment
            AND newest.type NOT LIKE 'health\_check.%' ESCAPE '\'
        ORDER BY newest.pk_event DESC
        LIMIT :limit
    )
    WHERE (:fraise IS NOT NULL OR :environment IS NOT NULL)
        AND (:fraise IS NULL OR l.fraise = :fraise)
        AND (:environment IS NULL OR l.environment = :environment)
)
ORDER BY e.pk_event DESC
LIMIT :limit;
