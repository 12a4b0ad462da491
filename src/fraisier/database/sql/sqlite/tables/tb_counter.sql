-- Totals for metrics, raised in the transaction that ends a deployment: they never go backwards, whatever is pruned.
-- `labels` is a JSON object with sorted keys. Histogram buckets are cumulative, as Prometheus reads them.
CREATE TABLE tb_counter (
    name TEXT NOT NULL,
    labels TEXT NOT NULL DEFAULT '{}' CHECK (json_valid(labels)),
    value REAL NOT NULL DEFAULT 0,
    PRIMARY KEY (name, labels)
) WITHOUT ROWID;
