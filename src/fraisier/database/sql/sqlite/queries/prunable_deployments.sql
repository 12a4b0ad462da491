-- Ended deployments from before :before, oldest first. Kept whatever their age: the newest of each lane, which `status`
-- shows, and its last two successes, which a rollback needs.
-- :before  RFC 3339
SELECT d.*
FROM tb_deployment AS d
WHERE d.completed_at < :before
    AND d.status NOT IN ('pending', 'in_progress')
    AND d.pk_deployment NOT IN (
        SELECT newest.pk_deployment FROM tb_deployment AS newest
        WHERE newest.fk_lane = d.fk_lane
        ORDER BY newest.pk_deployment DESC
        LIMIT 1
    )
    AND d.pk_deployment NOT IN (
        SELECT good.pk_deployment FROM tb_deployment AS good
        WHERE good.fk_lane = d.fk_lane AND good.status = 'success'
        ORDER BY good.pk_deployment DESC
        LIMIT 2
    )
ORDER BY d.pk_deployment
LIMIT 500;
