-- One lane: its last token, and its hold.
-- :fraise
-- :environment
-- :job = ''
SELECT * FROM tb_lane WHERE fraise = :fraise AND environment = :environment AND job = :job;
