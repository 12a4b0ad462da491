-- Requests that wait, oldest first. `held` says that the lane waits for a person.
-- :fraise = NULL
-- :environment = NULL
SELECT r.*, r.automatic AND l.hold_since IS NOT NULL AS held
FROM tb_deployment_request AS r INDEXED BY ix_deployment_request_pending
INNER JOIN tb_lane AS l ON l.pk_lane = r.fk_lane
WHERE r.status = 'pending'
    AND (:fraise IS NULL OR r.fraise = :fraise)
    AND (:environment IS NULL OR r.environment = :environment)
ORDER BY r.pk_deployment_request;
