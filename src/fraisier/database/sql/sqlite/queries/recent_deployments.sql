-- The newest deployments and their recoveries, in the columns of v_deployment_history. Goes lane by lane, so that a seldom deployed fraise
-- is found as fast in a long history.
-- :fraise = NULL
-- :environment = NULL
-- :limit = 20
SELECT h.*
FROM v_deployment_entry AS h
WHERE h.pk_deployment IN (
    SELECT d.pk_deployment
    FROM tb_lane AS l
    INNER JOIN tb_deployment AS d ON d.pk_deployment IN (
        SELECT newest.pk_deployment
        FROM tb_deployment AS newest
        WHERE newest.fk_lane = l.pk_lane
        ORDER BY newest.pk_deployment DESC
        LIMIT :limit
    )
    WHERE (:fraise IS NULL OR l.fraise = :fraise) AND (:environment IS NULL OR l.environment = :environment)
)
ORDER BY h.pk_deployment DESC, h.pk_recovery DESC
LIMIT :limit;
