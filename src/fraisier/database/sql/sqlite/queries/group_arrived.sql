-- A member that was claimed together with this request and has arrived; the requests of one claim are neighbours.
-- :request  pk
-- :options  what the request holds; the requests of a claim hold the same, and no other does
SELECT d.identifier
FROM tb_deployment_request AS r
INNER JOIN tb_deployment AS d ON d.fk_request = r.pk_deployment_request
WHERE r.pk_deployment_request BETWEEN :request - 1000 AND :request + 1000
    AND r.options = :options AND d.status = 'success'
LIMIT 1;
