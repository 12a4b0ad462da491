-- An event has not reached a consumer; it will be tried again.
-- :consumer  its name
-- :error
-- :pause  seconds until the next try
-- :token  of the relay
-- Returns the consumer; no row when the lease is lost.
SELECT 1 AS fenced FROM tb_event_relay WHERE token = :token;

UPDATE tb_event_consumer
SET
    attempts = attempts + 1, failing_since = COALESCE(failing_since, :now), last_error = :error,
    next_try_at = strftime('%Y-%m-%dT%H:%M:%f', :now, '+' || :pause || ' seconds') || '000Z'
WHERE name = :consumer;

SELECT * FROM tb_event_consumer WHERE name = :consumer;
