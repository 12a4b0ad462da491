-- Who took a deployment over, in the order in which they did.
-- :deployment  its pk, id or identifier (dep_00001)
SELECT v.*
FROM tb_deployment AS d
INNER JOIN tb_recovery AS v ON v.fk_deployment = d.pk_deployment
WHERE d.pk_deployment = :deployment OR d.id = :deployment OR d.identifier = :deployment
ORDER BY v.pk_recovery;
