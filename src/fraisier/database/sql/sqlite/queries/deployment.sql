-- One deployment.
-- :deployment  its pk, id or identifier (dep_00001)
SELECT * FROM tb_deployment
WHERE pk_deployment = :deployment OR id = :deployment OR identifier = :deployment;
