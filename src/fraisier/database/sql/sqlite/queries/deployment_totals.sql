-- One row over everything that started in the last :days days. Rate and average are NULL when there was nothing.
-- :fraise = NULL
-- :environment = NULL
-- :days = 30
SELECT
    COUNT(*) AS total,
    COALESCE(SUM(status = 'success'), 0) AS successful,
    COALESCE(SUM(status = 'failed'), 0) AS failed,
    COALESCE(SUM(status IN ('rolled_back', 'rollback_failed')), 0) AS rolled_back,
    AVG(duration_seconds) AS avg_duration,
    ROUND(100.0 * SUM(status = 'success') / COUNT(*), 1) AS success_rate
FROM tb_deployment
WHERE job = '' AND started_at >= strftime('%Y-%m-%dT%H:%M:%f', :now, '-' || :days || ' days')
    AND (:fraise IS NULL OR fraise = :fraise)
    AND (:environment IS NULL OR environment = :environment);
