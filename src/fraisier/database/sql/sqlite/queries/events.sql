-- Events in their order, after :after.
-- :after = 0  a seq
-- :since = NULL  a time
-- :type = NULL  a pattern of GLOB, such as deployment.*
-- :fraise = NULL
-- :environment = NULL
-- :deployment = NULL  identifier
-- :limit = 200
SELECT * FROM v_event
WHERE seq > :after
    AND (:since IS NULL OR time >= :since)
    AND (:type IS NULL OR type GLOB :type)
    AND (:fraise IS NULL OR fraise = :fraise)
    AND (:environment IS NULL OR environment = :environment)
    AND (:deployment IS NULL OR deployment_id = :deployment)
ORDER BY seq
LIMIT :limit;
