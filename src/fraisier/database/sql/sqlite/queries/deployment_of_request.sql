-- The newest deployment of a request.
-- :request  pk
SELECT * FROM tb_deployment WHERE fk_request = :request ORDER BY pk_deployment DESC LIMIT 1;
