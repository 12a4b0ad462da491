-- Every total that was ever raised.
SELECT name, labels, value FROM tb_counter ORDER BY name, labels;
