-- Events as consumers get them: what an event does not say itself, its deployment does.
DROP VIEW IF EXISTS v_event;
CREATE VIEW v_event AS
SELECT
    e.pk_event AS seq,
    e.id,
    e.type,
    e.fraise,
    e.environment,
    e.job,
    e.deployment AS deployment_id,
    COALESCE(json_extract(e.data, '$.version'), d.new_version) AS version,
    json_extract(e.data, '$.duration') AS duration,
    COALESCE(
        json_extract(e.data, '$.error'),
        CASE WHEN e.type = 'request.failed' THEN json_extract(e.data, '$.reason') END
    ) AS error,
    e.actor,
    e.data,
    e.created_at AS time
FROM tb_event AS e
LEFT JOIN tb_deployment AS d ON d.identifier = e.deployment;
