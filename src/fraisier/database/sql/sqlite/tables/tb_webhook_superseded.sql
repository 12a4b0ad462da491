-- Webhooks that were stored together with a newer one for the same lane: its request stands for theirs.
CREATE TABLE tb_webhook_superseded (
    fk_webhook_event INTEGER PRIMARY KEY REFERENCES tb_webhook_event (pk_webhook_event) ON DELETE CASCADE,
    superseded_by INTEGER NOT NULL
);
