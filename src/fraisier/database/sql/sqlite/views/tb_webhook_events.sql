-- The quick reference's table of webhooks, in its columns.
DROP VIEW IF EXISTS tb_webhook_events;
CREATE VIEW tb_webhook_events AS
SELECT identifier AS id, provider, event_type, branch, commit_sha, received_at
FROM tb_webhook_event;
