-- Say whether a kind of target answers.
-- :provider
-- :host = ''  empty: this machine
-- :available  1 or 0
-- :reason = NULL
-- Returns the provider's state.
INSERT INTO tb_provider_state (provider, host, available, reason, probed_at)
VALUES (:provider, :host, :available, :reason, :now)
ON CONFLICT (provider, host) DO UPDATE
SET available = excluded.available, reason = excluded.reason, probed_at = excluded.probed_at;

SELECT * FROM tb_provider_state WHERE provider = :provider AND host = :host;
