-- An event that was kept as failed has arrived after all.
-- :delivery  pk
-- :token  of the relay
-- Returns the delivery; no row when the lease is lost.
SELECT 1 AS fenced FROM tb_event_relay WHERE token = :token;

SELECT * FROM tb_event_delivery WHERE pk_event_delivery = :delivery;

DELETE FROM tb_event_delivery WHERE pk_event_delivery = :delivery;
