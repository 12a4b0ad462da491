-- What consumers did not get and nobody tries any more by itself, oldest first, with the event.
-- :consumer = NULL  name
-- :status = NULL  failed, or again: asked to be sent once more
-- :limit = 200
SELECT d.pk_event_delivery, d.identifier, c.name AS consumer, d.status, d.attempts, d.error AS why, d.failed_at, e.*
FROM tb_event_delivery AS d
INNER JOIN tb_event_consumer AS c ON c.pk_event_consumer = d.fk_event_consumer
INNER JOIN v_event AS e ON e.seq = d.fk_event
WHERE (:consumer IS NULL OR c.name = :consumer) AND (:status IS NULL OR d.status = :status)
ORDER BY d.pk_event_delivery
LIMIT :limit;
