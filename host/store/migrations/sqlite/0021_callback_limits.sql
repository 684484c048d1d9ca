-- What instances ask of how fast their callback is sent to, so that the strictest counts of those
-- that share it; and how far a rate is used, so that a hub that starts goes on with it.

ALTER TABLE instance ADD COLUMN concurrency INTEGER NOT NULL DEFAULT 0; -- callbacks at a time; 0: the hub's number
ALTER TABLE instance ADD COLUMN rate_count INTEGER NOT NULL DEFAULT 0; -- callbacks in the period; 0: no limit
ALTER TABLE instance ADD COLUMN rate_period_ms INTEGER NOT NULL DEFAULT 0;
ALTER TABLE callback ADD COLUMN rate_full_at INTEGER NOT NULL DEFAULT 0; -- 0: nothing was used
DROP INDEX instance_callback;
CREATE INDEX instance_callback ON instance (callback_id, concurrency) WHERE callback_id <> 0;
CREATE INDEX instance_callback_rate
    ON instance (callback_id, CAST(rate_period_ms AS REAL) / rate_count) WHERE rate_count > 0;
