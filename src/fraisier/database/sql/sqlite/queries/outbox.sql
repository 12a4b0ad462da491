-- How every consumer stands: `lag` events after its position and the time of the first of them; why it waits, and what
-- it did not get.
SELECT
    c.*,
    h.head,
    MAX(0, h.head - c.position) AS lag,
    CASE WHEN h.head > c.position THEN (
        SELECT e.created_at FROM tb_event AS e WHERE e.pk_event > c.position ORDER BY e.pk_event LIMIT 1
    ) END AS waiting_since,
    (SELECT COUNT(*) FROM tb_event_delivery AS d WHERE d.fk_event_consumer = c.pk_event_consumer) AS failed,
    EXISTS (
        SELECT 1 FROM tb_event_delivery AS d
        WHERE d.fk_event_consumer = c.pk_event_consumer AND d.status = 'again'
    ) AS again
FROM tb_event_consumer AS c
CROSS JOIN (SELECT COALESCE(MAX(pk_event), 0) AS head FROM tb_event) AS h
ORDER BY c.name;
