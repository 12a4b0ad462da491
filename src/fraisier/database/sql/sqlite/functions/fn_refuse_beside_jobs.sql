-- End the pending requests that must not wait for a job (`on_running_job: fail`) while one runs in their environment.
-- Returns how many; no row when there is none.
SELECT COUNT(*) AS refused
FROM tb_deployment_request AS r
WHERE r.status = 'pending' AND r.job = '' AND json_extract(r.options, '$.on_running_job') = 'fail'
    AND EXISTS (
        SELECT 1 FROM tb_deployment_lock AS k
        WHERE k.fraise = r.fraise AND k.environment = r.environment AND k.job <> ''
            AND k.boot_id = :boot_id AND k.boot_expires > :boot_time
    )
HAVING COUNT(*) > 0;

UPDATE tb_deployment_request
SET
    status = 'failed',
    reason = (
        SELECT 'the job ' || k.job || ' runs, and on_running_job is fail' FROM tb_deployment_lock AS k
        WHERE k.fraise = tb_deployment_request.fraise AND k.environment = tb_deployment_request.environment
            AND k.job <> '' AND k.boot_id = :boot_id AND k.boot_expires > :boot_time
        LIMIT 1
    ),
    ended_at = :now
WHERE status = 'pending' AND job = '' AND json_extract(options, '$.on_running_job') = 'fail'
    AND EXISTS (
        SELECT 1 FROM tb_deployment_lock AS k
        WHERE k.fraise = tb_deployment_request.fraise AND k.environment = tb_deployment_request.environment
            AND k.job <> '' AND k.boot_id = :boot_id AND k.boot_expires > :boot_time
    );

SELECT :refused AS refused;
