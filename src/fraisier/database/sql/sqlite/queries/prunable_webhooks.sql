-- Webhooks from before :before that led to nothing, oldest first. Accepted ones stay: their delivery ids keep a replay out.
-- :before  RFC 3339
SELECT * FROM tb_webhook_event
WHERE received_at < :before AND outcome <> 'accepted'
ORDER BY pk_webhook_event
LIMIT 500;
