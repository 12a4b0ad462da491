-- How one lane is, in the columns of v_fraise_status.
-- :fraise
-- :environment
-- :job = ''
SELECT * FROM v_fraise_status WHERE fraise = :fraise AND environment = :environment AND job = :job;
