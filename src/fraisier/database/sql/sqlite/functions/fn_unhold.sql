-- Lift the hold of a lane; its newest waiting request can run.
-- :fraise
-- :environment
-- :job = ''
-- :by
-- :reason = NULL
-- :asked_from = NULL
-- Returns the lane; no row when it was not held.
SELECT pk_lane AS lane, hold_reason AS held_for
FROM tb_lane
WHERE fraise = :fraise AND environment = :environment AND job = :job AND hold_since IS NOT NULL;

UPDATE tb_lane SET hold_since = NULL, hold_reason = NULL, hold_by = NULL WHERE pk_lane = :lane;

INSERT INTO tb_event (type, fraise, environment, job, actor, data, created_at)
VALUES (
    'lane.unheld', :fraise, :environment, :job, :by,
    json_object('reason', :reason, 'held_for', :held_for, 'from', :asked_from), :now
);

SELECT * FROM tb_lane WHERE pk_lane = :lane;
