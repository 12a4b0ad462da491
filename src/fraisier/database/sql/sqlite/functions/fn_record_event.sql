-- Append one event. With a token it is only written while that lease is held.
-- :type  for example health_check.passed
-- :fraise = NULL
-- :environment = NULL
-- :job = ''
-- :deployment = NULL  identifier (dep_00001)
-- :actor = NULL
-- :data = '{}'  JSON object
-- :lane = NULL
-- :token = NULL
-- Returns the event; no row when the lease is lost.
SELECT 1 AS fenced
WHERE :token IS NULL OR EXISTS (SELECT 1 FROM tb_deployment_lock WHERE fk_lane = :lane AND token = :token);

INSERT INTO tb_event (type, fraise, environment, job, deployment, actor, data, created_at)
VALUES (:type, :fraise, :environment, :job, :deployment, :actor, :data, :now);

SELECT * FROM tb_event WHERE pk_event = last_insert_rowid();
