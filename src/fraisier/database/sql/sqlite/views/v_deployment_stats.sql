-- Per environment, what was deployed in the last 30 days; runs of jobs are no deployments. `avg_duration` is in seconds, `success_rate` in percent.
DROP VIEW IF EXISTS v_deployment_stats;
CREATE VIEW v_deployment_stats AS
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
WHERE job = '' AND started_at >= strftime('%Y-%m-%dT%H:%M:%f', 'now', '-30 days')
GROUP BY fraise, environment;
