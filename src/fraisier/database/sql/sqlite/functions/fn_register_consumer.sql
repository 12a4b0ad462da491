-- Remember a consumer. A new one begins with what happens from now on, or with the first event there is.
-- :consumer
-- :from_start = 0
-- Returns the consumer.
INSERT INTO tb_event_consumer (name, position, created_at)
SELECT :consumer, CASE WHEN :from_start THEN 0 ELSE COALESCE((SELECT MAX(pk_event) FROM tb_event), 0) END, :now
WHERE NOT EXISTS (SELECT 1 FROM tb_event_consumer WHERE name = :consumer);

SELECT * FROM tb_event_consumer WHERE name = :consumer;
