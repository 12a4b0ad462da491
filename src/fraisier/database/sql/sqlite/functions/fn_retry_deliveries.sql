-- Send what was kept as failed again, and try now what waits for its next try.
-- :delivery = NULL  identifier of one; NULL means all
-- :consumer = NULL  name of one
-- Returns how many failed deliveries are sent again, and how many consumers waited for their next try.
SELECT
    (
        SELECT COUNT(*) FROM tb_event_delivery AS d
        INNER JOIN tb_event_consumer AS c ON c.pk_event_consumer = d.fk_event_consumer
        WHERE (:delivery IS NULL OR d.identifier = :delivery) AND (:consumer IS NULL OR c.name = :consumer)
    ) AS again,
    (
        SELECT COUNT(*) FROM tb_event_consumer
        WHERE next_try_at IS NOT NULL AND :delivery IS NULL AND (:consumer IS NULL OR name = :consumer)
    ) AS woken;

UPDATE tb_event_delivery SET status = 'again'
WHERE (:delivery IS NULL OR identifier = :delivery)
    AND fk_event_consumer IN (
        SELECT pk_event_consumer FROM tb_event_consumer WHERE :consumer IS NULL OR name = :consumer
    );

UPDATE tb_event_consumer SET next_try_at = NULL
WHERE :delivery IS NULL AND (:consumer IS NULL OR name = :consumer);

SELECT :again AS again, :woken AS woken;
