-- An observer stops.
-- :identifier
-- Returns the observer as it was; no row when nobody knows it.
SELECT * FROM tb_observer WHERE identifier = :identifier;

DELETE FROM tb_observer WHERE identifier = :identifier;
