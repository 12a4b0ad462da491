-- The schema this database has, and the oldest one a program must know to use it.
SELECT version, readable_from FROM tb_schema_version ORDER BY version DESC LIMIT 1;
