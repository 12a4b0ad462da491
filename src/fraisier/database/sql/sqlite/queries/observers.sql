-- The observers that have said within :seconds that they live, oldest first.
-- :seconds = 30
-- :machine = NULL  only those on this machine
SELECT * FROM tb_observer
WHERE boot_id = :boot_id AND boot_seen > :boot_time - :seconds AND (:machine IS NULL OR machine = :machine)
ORDER BY pk_observer;
