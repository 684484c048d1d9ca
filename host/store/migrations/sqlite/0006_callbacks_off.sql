-- Callbacks that no attempt is made to until somebody switches them on.

ALTER TABLE callback ADD COLUMN off_at INTEGER NOT NULL DEFAULT 0; -- 0: on
ALTER TABLE callback ADD COLUMN off_reason TEXT NOT NULL DEFAULT '';
CREATE INDEX callback_off ON callback (off_at) WHERE off_at <> 0;
