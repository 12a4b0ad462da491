-- Forget every consumer that is not configured any more, with what it did not get.
-- :names  JSON array of those that are
-- :token  of the relay
-- Returns how many were forgotten; no row when the lease is lost.
SELECT (SELECT COUNT(*) FROM tb_event_consumer WHERE name NOT IN (SELECT value FROM json_each(:names))) AS forgotten
FROM tb_event_relay
WHERE token = :token;

DELETE FROM tb_event_consumer WHERE name NOT IN (SELECT value FROM json_each(:names));

SELECT :forgotten AS forgotten;
