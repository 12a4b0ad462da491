-- Free a lane after something that was no deployment, and tell how its service is now.
-- :lane
-- :token
-- :type  the event, such as service.stopped
-- :status  healthy, degraded, down or unknown
-- :by
-- :asked_from = NULL
-- Returns the lane; no row when the lease is lost already.
SELECT fk_lane AS held FROM tb_deployment_lock WHERE fk_lane = :lane AND token = :token;

UPDATE tb_fraise_state
SET status = :status
WHERE (fraise, environment, job) = (SELECT fraise, environment, job FROM tb_lane WHERE pk_lane = :held);

INSERT INTO tb_event (type, fraise, environment, job, actor, data, created_at)
SELECT :type, fraise, environment, job, :by, json_object('from', :asked_from), :now
FROM tb_lane
WHERE pk_lane = :held;

DELETE FROM tb_deployment_lock WHERE fk_lane = :held;

SELECT * FROM tb_lane WHERE pk_lane = :held;
