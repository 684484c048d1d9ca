-- An attempt that was the first of its delivery and took it stands in the row of the delivery, which
-- is written anyhow: nearly all are so, and each cost a row of the log, in a tree of its own.

ALTER TABLE delivery ADD COLUMN latency_ms INTEGER; -- of that attempt; null: all are in the log
ALTER TABLE delivery ADD COLUMN answer TEXT NOT NULL DEFAULT '';
