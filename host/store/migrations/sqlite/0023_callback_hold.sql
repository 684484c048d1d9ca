-- Until when a receiver asked for nothing (Retry-After), so that a hub that starts keeps to it.

ALTER TABLE callback ADD COLUMN held_until INTEGER NOT NULL DEFAULT 0; -- 0, or in the past: it did not
