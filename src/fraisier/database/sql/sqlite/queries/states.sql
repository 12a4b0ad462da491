-- How every lane is, in the columns of v_fraise_status, by name.
-- :fraise = NULL
-- :environment = NULL
SELECT * FROM v_fraise_status
WHERE (:fraise IS NULL OR fraise = :fraise) AND (:environment IS NULL OR environment = :environment)
ORDER BY fraise, environment, job;
