-- The events whose records a callback carries, where an instance wants those of the whole commit
-- in each of its callbacks; 0: of its own events.

ALTER TABLE delivery ADD COLUMN records_first INTEGER NOT NULL DEFAULT 0;
ALTER TABLE delivery ADD COLUMN records_last INTEGER NOT NULL DEFAULT 0;

-- Whether somebody said that he has seen the notification; nothing follows from it.
ALTER TABLE delivery ADD COLUMN acknowledged INTEGER NOT NULL DEFAULT 0;
