-- Delete ended deployments with their steps and requests, and webhooks that led to nothing. What still runs is left
-- alone, whoever names it. Events stay: they are the audit trail.
-- :deployments = '[]'  JSON array of pk
-- :webhooks = '[]'  JSON array of pk
-- Returns how many of each were deleted.
SELECT
    COALESCE(json_group_array(pk_deployment), '[]') AS ended,
    COALESCE(json_group_array(fk_request), '[]') AS requests,
    COUNT(*) AS deployments_deleted
FROM tb_deployment
WHERE pk_deployment IN (SELECT value FROM json_each(:deployments)) AND status NOT IN ('pending', 'in_progress');

SELECT COALESCE(json_group_array(pk_webhook_event), '[]') AS refused, COUNT(*) AS webhooks_deleted
FROM tb_webhook_event
WHERE pk_webhook_event IN (SELECT value FROM json_each(:webhooks)) AND outcome <> 'accepted';

DELETE FROM tb_deployment WHERE pk_deployment IN (SELECT value FROM json_each(:ended));

DELETE FROM tb_deployment_request
WHERE pk_deployment_request IN (SELECT value FROM json_each(:requests))
    AND status NOT IN ('pending', 'processing')
    AND NOT EXISTS (
        SELECT 1 FROM tb_deployment AS d WHERE d.fk_request = tb_deployment_request.pk_deployment_request
    );

DELETE FROM tb_webhook_event WHERE pk_webhook_event IN (SELECT value FROM json_each(:refused));

SELECT :deployments_deleted AS deployments, :webhooks_deleted AS webhooks;
