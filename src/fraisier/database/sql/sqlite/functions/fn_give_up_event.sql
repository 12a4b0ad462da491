-- An event will not be tried again by itself: it is kept as failed, and the consumer goes on behind it. What failed more
-- than :keep_days ago and nobody sent again goes.
-- :consumer  its name
-- :seq
-- :error
-- :attempts
-- :token  of the relay
-- :keep_days = 30
-- Returns the failed delivery; no row when the lease is lost.
SELECT c.pk_event_consumer AS consumer_key, e.pk_event AS event_key
FROM tb_event_relay AS r
INNER JOIN tb_event_consumer AS c ON c.name = :consumer
INNER JOIN tb_event AS e ON e.pk_event = :seq
WHERE r.token = :token;

INSERT INTO tb_event_delivery (fk_event_consumer, fk_event, attempts, error, failed_at)
VALUES (:consumer_key, :event_key, :attempts, :error, :now)
ON CONFLICT (fk_event_consumer, fk_event) DO UPDATE SET
    status = 'failed', attempts = tb_event_delivery.attempts + excluded.attempts, error = excluded.error,
    failed_at = excluded.failed_at;

DELETE FROM tb_event_delivery
WHERE fk_event_consumer = :consumer_key AND status = 'failed'
    AND failed_at < strftime('%Y-%m-%dT%H:%M:%f', :now, '-' || :keep_days || ' days');

UPDATE tb_event_consumer
SET
    position = MAX(position, :seq), moved_at = :now, attempts = 0, failing_since = NULL, last_error = NULL,
    next_try_at = NULL
WHERE pk_event_consumer = :consumer_key;

SELECT * FROM tb_event_delivery WHERE fk_event_consumer = :consumer_key AND fk_event = :event_key;
