-- One deployment, by its own names or by that of one of its recoveries.
-- :deployment  its pk, id or identifier (dep_00001, rec_00001)
SELECT * FROM tb_deployment
WHERE pk_deployment = :deployment OR id = :deployment OR identifier = :deployment
    OR pk_deployment = (SELECT v.fk_deployment FROM tb_recovery AS v WHERE v.identifier = :deployment OR v.id = :deployment);
