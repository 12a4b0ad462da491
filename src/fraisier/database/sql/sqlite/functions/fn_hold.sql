-- Hold a lane: automatic requests wait until a person deploys, decides or lifts it. A lane that is held already keeps
-- since when and takes the new reason.
-- :fraise
-- :environment
-- :job = ''
-- :by
-- :reason
-- :asked_from = NULL
-- Returns the lane.
INSERT INTO tb_lane (fraise, environment, job) VALUES (:fraise, :environment, :job)
ON CONFLICT DO NOTHING;

UPDATE tb_lane SET hold_since = COALESCE(hold_since, :now), hold_reason = :reason, hold_by = :by
WHERE fraise = :fraise AND environment = :environment AND job = :job;

INSERT INTO tb_event (type, fraise, environment, job, actor, data, created_at)
VALUES ('lane.held', :fraise, :environment, :job, :by, json_object('reason', :reason, 'from', :asked_from), :now);

SELECT * FROM tb_lane WHERE fraise = :fraise AND environment = :environment AND job = :job;
