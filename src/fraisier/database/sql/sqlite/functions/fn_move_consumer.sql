-- A consumer is done with everything up to :position. It never moves back.
-- :consumer  its name
-- :position
-- :token  of the relay
-- Returns the consumer; no row when the lease is lost.
SELECT 1 AS fenced FROM tb_event_relay WHERE token = :token;

UPDATE tb_event_consumer
SET
    position = MAX(position, :position), moved_at = :now, attempts = 0, failing_since = NULL, last_error = NULL,
    next_try_at = NULL
WHERE name = :consumer;

SELECT * FROM tb_event_consumer WHERE name = :consumer;
