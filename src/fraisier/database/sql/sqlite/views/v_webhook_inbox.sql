-- What stored webhooks ask for that has no request yet: a row for each of them and each lane.
DROP VIEW IF EXISTS v_webhook_inbox;
CREATE VIEW v_webhook_inbox AS
SELECT
    i.fk_webhook_event, r.key AS place, r.value AS wanted, l.pk_lane AS fk_lane, l.fraise, l.environment, l.job
FROM tb_webhook_inbox AS i
INNER JOIN json_each(i.requests) AS r
INNER JOIN tb_lane AS l
    ON l.fraise = json_extract(r.value, '$.fraise')
    AND l.environment = json_extract(r.value, '$.environment')
    AND l.job = COALESCE(json_extract(r.value, '$.job'), '');
