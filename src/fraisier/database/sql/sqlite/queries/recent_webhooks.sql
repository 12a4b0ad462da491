-- The newest webhooks, in the columns of v_recent_webhooks.
-- :limit = 20
SELECT * FROM v_recent_webhooks LIMIT :limit;
