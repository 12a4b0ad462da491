-- The newest events, newest first.
-- :type = NULL  a pattern of GLOB, such as deployment.*
-- :fraise = NULL
-- :environment = NULL
-- :deployment = NULL  identifier
-- :limit = 20
SELECT * FROM v_event
WHERE (:type IS NULL OR type GLOB :type)
    AND (:fraise IS NULL OR fraise = :fraise)
    AND (:environment IS NULL OR environment = :environment)
    AND (:deployment IS NULL OR deployment_id = :deployment)
ORDER BY seq DESC
LIMIT :limit;
