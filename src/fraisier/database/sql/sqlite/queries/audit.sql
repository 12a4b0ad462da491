-- Who did what, newest first: every event except the results of health checks. `requested_from` is where it came from.
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
WHERE e.type NOT LIKE 'health\_check.%' ESCAPE '\'
    AND (:fraise IS NULL OR e.fraise = :fraise)
    AND (:environment IS NULL OR e.environment = :environment)
ORDER BY e.pk_event DESC
LIMIT :limit;
