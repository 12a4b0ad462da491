-- Free a lane at once and leave its deployment as it is: whoever looks next takes it over.
-- :lane
-- :token
-- Returns the lane; no row when the lease is lost already.
SELECT fk_lane AS held FROM tb_deployment_lock WHERE fk_lane = :lane AND token = :token;

DELETE FROM tb_deployment_lock WHERE fk_lane = :held;

SELECT * FROM tb_lane WHERE pk_lane = :held;
