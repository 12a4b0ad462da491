-- One request, and the identifier of its newest deployment as `deployment_id`.
-- :ref  its pk, id or identifier (req_00001)
SELECT
    r.*,
    (
        SELECT d.identifier FROM tb_deployment AS d
        WHERE d.fk_request = r.pk_deployment_request
        ORDER BY d.pk_deployment DESC
        LIMIT 1
    ) AS deployment_id
FROM tb_deployment_request AS r
WHERE r.pk_deployment_request = :ref OR r.id = :ref
    OR (r.pk_deployment_request = CAST(substr(:ref, 5) AS INTEGER) AND r.identifier = :ref);
