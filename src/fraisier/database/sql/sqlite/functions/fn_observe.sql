-- Say that an observer lives. Rows of this machine that nobody renewed for an hour go.
-- :identifier
-- :machine  machine id
-- :host
-- :pid
-- Returns the observer.
DELETE FROM tb_observer
WHERE machine = :machine AND (boot_id <> :boot_id OR boot_seen < :boot_time - 3600);

INSERT INTO tb_observer (identifier, machine, host, pid, started_at, seen_at, boot_id, boot_seen)
VALUES (:identifier, :machine, :host, :pid, :now, :now, :boot_id, :boot_time)
ON CONFLICT (identifier) DO UPDATE SET
    seen_at = excluded.seen_at, boot_id = excluded.boot_id, boot_seen = excluded.boot_seen;

SELECT * FROM tb_observer WHERE identifier = :identifier;
