-- :version
-- :readable_from
INSERT INTO tb_schema_version (version, readable_from) VALUES (:version, :readable_from);
