-- The queue of one (fraise, environment[, job]). Rows are never deleted: `last_token` must only grow, so that a
-- host which has seen a token never meets a smaller one. `hold_since` is set while the lane waits for a person;
-- `last_turn` counts the claims of all lanes, so that whoever waited longest is next whatever the clock does.
CREATE TABLE tb_lane (
    pk_lane INTEGER PRIMARY KEY AUTOINCREMENT,
    fraise TEXT NOT NULL,
    environment TEXT NOT NULL,
    job TEXT NOT NULL DEFAULT '',
    last_token INTEGER NOT NULL DEFAULT 0,
    last_claimed_at TEXT,
    hold_since TEXT,
    hold_reason TEXT,
    hold_by TEXT,
    last_turn INTEGER NOT NULL DEFAULT 0,
    UNIQUE (fraise, environment, job)
);
CREATE TRIGGER tr_lane_token_only_grows BEFORE UPDATE OF last_token ON tb_lane
WHEN NEW.last_token < OLD.last_token
BEGIN
    SELECT RAISE(ABORT, 'the token of a lane only grows');
END;
