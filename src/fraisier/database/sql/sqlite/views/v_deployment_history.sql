-- Every deployment, newest first, and above it who took it over, last first: the columns of v_deployment_entry.
-- The limit that is none keeps the order in here: SQLite merges the two halves by their indexes, and sorts nothing.
DROP VIEW IF EXISTS v_deployment_history;
CREATE VIEW v_deployment_history AS
SELECT * FROM v_deployment_entry ORDER BY pk_deployment DESC, pk_recovery DESC LIMIT -1;
