-- How it is now: `name`, `labels` as a JSON object, and `value`. Ages are in seconds.
SELECT 'fraisier_active_deployments' AS name, '{}' AS labels, COUNT(*) AS value
FROM tb_deployment
WHERE status = 'in_progress'
UNION ALL
SELECT
    'fraisier_queue_depth',
    json_object('held', CASE WHEN l.hold_since IS NOT NULL AND r.automatic THEN 'true' ELSE 'false' END),
    COUNT(*)
FROM tb_deployment_request AS r
INNER JOIN tb_lane AS l ON l.pk_lane = r.fk_lane
WHERE r.status = 'pending'
GROUP BY 2
UNION ALL
SELECT
    'fraisier_lock_age_seconds',
    json_object('environment', environment, 'fraise', fraise, 'job', job),
    MAX(0, ROUND((julianday(:now) - julianday(acquired_at)) * 86400.0, 3))
FROM tb_deployment_lock
UNION ALL
SELECT
    'fraisier_outbox_lag_events',
    json_object('consumer', c.name),
    MAX(0, (SELECT COALESCE(MAX(pk_event), 0) FROM tb_event) - c.position)
FROM tb_event_consumer AS c
UNION ALL
SELECT
    'fraisier_provider_availability', json_object('host', host, 'provider', provider), available
FROM tb_provider_state;
