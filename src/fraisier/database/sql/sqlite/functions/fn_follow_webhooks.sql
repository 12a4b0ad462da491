-- What follows when webhooks were stored, in the same transaction: they are counted, and what they ask for becomes one
-- request for each lane.
-- :counted  JSON array of [outcome, provider, how many]
-- :asked  JSON array of {fraise, environment, job, git_branch, git_commit, options, target_provider, target_config,
-- runs_on, webhook, instead_of}, each lane once: `webhook` is the pk of the one that asks, `instead_of` those of older ones
-- Returns how many lanes are asked for.
INSERT INTO tb_counter (name, labels, value)
SELECT
    'fraisier_webhooks_total',
    json_object('outcome', json_extract(value, '$[0]'), 'provider', json_extract(value, '$[1]')),
    json_extract(value, '$[2]')
FROM json_each(:counted)
WHERE TRUE
ON CONFLICT (name, labels) DO UPDATE SET value = value + excluded.value;

INSERT INTO tb_lane (fraise, environment, job)
SELECT json_extract(value, '$.fraise'), json_extract(value, '$.environment'), json_extract(value, '$.job')
FROM json_each(:asked)
WHERE TRUE
ON CONFLICT DO NOTHING;

INSERT INTO tb_deployment_request (
    fk_lane, fraise, environment, job, requested_at, requested_by, requested_from, trigger_type, git_branch, git_commit,
    options, target_provider, target_config, runs_on, fk_webhook_event
)
SELECT
    l.pk_lane, l.fraise, l.environment, l.job, w.received_at, w.sender, w.source_ip, 'webhook',
    COALESCE(json_extract(a.value, '$.git_branch'), w.branch), json_extract(a.value, '$.git_commit'),
    COALESCE(json_extract(a.value, '$.options'), '{}'), json_extract(a.value, '$.target_provider'),
    json_extract(a.value, '$.target_config'), json_extract(a.value, '$.runs_on'), w.pk_webhook_event
FROM json_each(:asked) AS a
INNER JOIN tb_lane AS l
    ON l.fraise = json_extract(a.value, '$.fraise')
    AND l.environment = json_extract(a.value, '$.environment')
    AND l.job = json_extract(a.value, '$.job')
INNER JOIN tb_webhook_event AS w ON w.pk_webhook_event = json_extract(a.value, '$.webhook')
ORDER BY a.key;

INSERT INTO tb_webhook_superseded (fk_webhook_event, superseded_by)
SELECT o.value, MAX(r.pk_deployment_request)
FROM json_each(:asked) AS a
INNER JOIN json_each(a.value, '$.instead_of') AS o
INNER JOIN tb_deployment_request AS r ON r.fk_webhook_event = json_extract(a.value, '$.webhook')
WHERE NOT EXISTS (SELECT 1 FROM tb_deployment_request AS own WHERE own.fk_webhook_event = o.value)
GROUP BY o.value;

SELECT json_array_length(:asked) AS lanes;
