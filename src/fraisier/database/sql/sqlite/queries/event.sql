-- One event by its id.
-- :id
SELECT * FROM v_event WHERE id = :id;
