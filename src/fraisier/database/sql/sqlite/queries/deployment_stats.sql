-- The columns of v_deployment_stats for the last :days days.
-- :fraise = NULL
-- :environment = NULL
-- :days = 30
SELECT
    fraise,
    environment,
    COUNT(*) AS total,
    SUM(status = 'success') AS successful,
    SUM(status = 'failed') AS failed,
    SUM(status IN ('rolled_back', 'rollback_failed')) AS rolled_back,
    AVG(duration_seconds) AS avg_duration,
    ROUND(100.0 * SUM(status = 'success') / COUNT(*), 1) AS success_rate
FROM tb_deployment
WHERE job = '' AND started_at >= strftime('%Y-%m-%dT%H:%M:%f', :now, '-' || :days || ' days')
    AND (:fraise IS NULL OR fraise = :fraise)
    AND (:environment IS NULL OR environment = :environment)
GROUP BY fraise, environment
ORDER BY fraise, environment;
