-- Free the lease of the relay, so that another process can feed the consumers at once.
-- :token
-- Returns the lease as it was; no row when it is lost.
SELECT * FROM tb_event_relay WHERE token = :token;

DELETE FROM tb_event_relay WHERE token = :token;
