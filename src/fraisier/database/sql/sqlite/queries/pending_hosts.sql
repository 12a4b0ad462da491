-- Hosts that could not be returned, in lanes where nobody is at work, with the deployment that left them so.
-- :pause_seconds  how long ago they must have been tried last
-- :runs_on = NULL  machine id of the observer
SELECT h.host, h.fk_lane, d.pk_deployment, d.identifier, d.plan, d.config_snapshot
FROM tb_host_state AS h
INNER JOIN tb_deployment AS d ON d.pk_deployment = (
    SELECT MAX(s.fk_deployment)
    FROM tb_deployment_step AS s
    INNER JOIN tb_deployment AS o ON o.pk_deployment = s.fk_deployment
    WHERE o.fk_lane = h.fk_lane AND s.host = h.host
)
LEFT JOIN tb_deployment_request AS r ON r.pk_deployment_request = d.fk_request
WHERE h.status = 'pending_restore'
    AND h.updated_at <= strftime('%Y-%m-%dT%H:%M:%f', :now, '-' || :pause_seconds || ' seconds') || '000Z'
    AND d.status <> 'in_progress'
    AND (r.runs_on IS NULL OR r.runs_on = :runs_on)
    AND NOT EXISTS (
        SELECT 1 FROM tb_deployment_lock AS k
        WHERE k.fk_lane = h.fk_lane AND k.boot_id = :boot_id AND k.boot_expires > :boot_time
    )
ORDER BY h.updated_at;
