-- Take or renew the lease of the relay.
-- :holder
-- :token = NULL  that of the lease to renew; NULL takes a free one
-- :lease_seconds = 30
-- Returns the lease with its `token`; no row while another process has it.
SELECT COALESCE(:token, MAX(held + 1, :epoch_ms)) AS leading
FROM (
    SELECT
        COALESCE(MAX(token), 0) AS held,
        COALESCE(MAX(boot_id <> :boot_id OR boot_expires <= :boot_time), 1) AS free
    FROM tb_event_relay
)
WHERE CASE WHEN :token IS NULL THEN free ELSE held = :token END;

INSERT INTO tb_event_relay (
    pk_event_relay, token, holder, acquired_at, expires_at, boot_id, boot_expires
)
VALUES (
    1, :leading, :holder, :now,
    strftime('%Y-%m-%dT%H:%M:%f', :now, '+' || :lease_seconds || ' seconds') || '000Z',
    :boot_id, :boot_time + :lease_seconds
)
ON CONFLICT (pk_event_relay) DO UPDATE SET
    token = excluded.token,
    holder = excluded.holder,
    acquired_at = CASE WHEN :token IS NULL THEN excluded.acquired_at ELSE acquired_at END,
    expires_at = excluded.expires_at,
    boot_id = excluded.boot_id,
    boot_expires = excluded.boot_expires;

SELECT * FROM tb_event_relay;
