-- Which process feeds the consumers; `valid` is 0 when it has died.
SELECT *, boot_id = :boot_id AND boot_expires > :boot_time AS valid FROM tb_event_relay;
