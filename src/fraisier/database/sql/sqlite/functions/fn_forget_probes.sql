-- Forget the targets that no observer has asked for so long: they left the configuration.
-- :before  a moment
-- Returns the newest state that is left.
DELETE FROM tb_provider_state WHERE probed_at < :before;

SELECT * FROM tb_provider_state ORDER BY probed_at DESC LIMIT 1;
