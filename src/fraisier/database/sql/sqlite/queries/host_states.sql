-- What is recorded of each host of one lane, in no order. Hosts that the configuration no longer names are among them.
-- :fraise
-- :environment
-- :job = ''
SELECT h.host, h.status, h.current_version AS version, h.note, h.updated_at
FROM tb_host_state AS h
INNER JOIN tb_lane AS l ON l.pk_lane = h.fk_lane
WHERE l.fraise = :fraise AND l.environment = :environment AND l.job = :job;
