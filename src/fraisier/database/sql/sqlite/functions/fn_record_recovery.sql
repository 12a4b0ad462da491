-- Say which way whoever took a deployment over goes with it, and why.
-- :deployment  pk
-- :lane
-- :token
-- :told  JSON object {by, way, reason, takeovers, parked}; the event carries it
-- Returns the recovery; no row when the lease is lost.
SELECT MAX(v.pk_recovery) AS recovery
FROM tb_deployment_lock AS k
INNER JOIN tb_recovery AS v ON v.fk_deployment = k.fk_deployment
WHERE k.fk_lane = :lane AND k.token = :token AND k.fk_deployment = :deployment
GROUP BY k.pk_deployment_lock;

UPDATE tb_recovery SET way = json_extract(:told, '$.way'), reason = json_extract(:told, '$.reason')
WHERE pk_recovery = :recovery;

INSERT INTO tb_event (type, fraise, environment, job, deployment, actor, data, created_at)
SELECT 'deployment.recovered', fraise, environment, job, identifier, json_extract(:told, '$.by'), :told, :now
FROM tb_deployment
WHERE pk_deployment = :deployment;

SELECT * FROM tb_recovery WHERE pk_recovery = :recovery;
