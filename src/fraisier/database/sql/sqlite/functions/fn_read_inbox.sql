-- Make requests of what stored webhooks ask for, oldest first. Of several webhooks for one lane the newest gets the
-- request, which is what a deployment of each would have come to.
-- Returns how many were read; no row when there is none.
SELECT COUNT(*) AS webhooks FROM tb_webhook_inbox HAVING COUNT(*) > 0;

INSERT INTO tb_lane (fraise, environment, job)
SELECT DISTINCT
    json_extract(r.value, '$.fraise'), json_extract(r.value, '$.environment'),
    COALESCE(json_extract(r.value, '$.job'), '')
FROM tb_webhook_inbox AS i
INNER JOIN json_each(i.requests) AS r
WHERE json_extract(r.value, '$.fraise') IS NOT NULL AND json_extract(r.value, '$.environment') IS NOT NULL
ON CONFLICT DO NOTHING;

INSERT INTO tb_deployment_request (
    fk_lane, fraise, environment, job, requested_at, requested_by, requested_from, trigger_type, git_branch, git_commit,
    options, target_provider, target_config, runs_on, fk_webhook_event
)
SELECT
    n.fk_lane, n.fraise, n.environment, n.job, w.received_at, w.sender, w.source_ip, 'webhook',
    COALESCE(json_extract(n.wanted, '$.git_branch'), w.branch), json_extract(n.wanted, '$.git_commit'),
    COALESCE(json_extract(n.wanted, '$.options'), '{}'), json_extract(n.wanted, '$.target_provider'),
    json_extract(n.wanted, '$.target_config'), json_extract(n.wanted, '$.runs_on'), n.fk_webhook_event
FROM (
    SELECT *, ROW_NUMBER() OVER (PARTITION BY fk_lane ORDER BY fk_webhook_event DESC, place DESC) AS age
    FROM v_webhook_inbox
) AS n
INNER JOIN tb_webhook_event AS w ON w.pk_webhook_event = n.fk_webhook_event
WHERE n.age = 1
ORDER BY n.fk_webhook_event, n.place;

INSERT INTO tb_webhook_superseded (fk_webhook_event, superseded_by)
SELECT i.fk_webhook_event, MAX(q.pk_deployment_request)
FROM v_webhook_inbox AS i
INNER JOIN tb_deployment_request AS q ON q.fk_lane = i.fk_lane AND q.status = 'pending' AND q.automatic
WHERE NOT EXISTS (SELECT 1 FROM tb_deployment_request AS own WHERE own.fk_webhook_event = i.fk_webhook_event)
GROUP BY i.fk_webhook_event;

DELETE FROM tb_webhook_inbox;

SELECT :webhooks AS webhooks;
