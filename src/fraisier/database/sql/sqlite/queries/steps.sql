-- The journal of one deployment, in the order of its plan.
-- :deployment  its pk, id or identifier (dep_00001)
SELECT s.*
FROM tb_deployment AS d
INNER JOIN tb_deployment_step AS s ON s.fk_deployment = d.pk_deployment
WHERE d.pk_deployment = :deployment OR d.id = :deployment OR d.identifier = :deployment
ORDER BY s.ordinal;
