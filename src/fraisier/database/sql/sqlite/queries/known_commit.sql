-- Whether a lane knew :commit before it got :request: it was pushed, or deployed, before. One row, or none.
-- :lane  pk
-- :request  pk
-- :commit
SELECT 1 AS known
FROM tb_deployment_request
WHERE fk_lane = :lane AND git_commit = :commit AND pk_deployment_request < :request
UNION ALL
SELECT 1 AS known
FROM tb_deployment
WHERE fk_lane = :lane AND new_version = :commit AND (fk_request IS NULL OR fk_request < :request)
LIMIT 1;
