-- What the log of attempts tells beside status and time.
ALTER TABLE attempt ADD COLUMN error_class TEXT NOT NULL DEFAULT '';
ALTER TABLE attempt ADD COLUMN answer TEXT NOT NULL DEFAULT '';
ALTER TABLE attempt ADD COLUMN next_attempt_at INTEGER NOT NULL DEFAULT 0; -- 0: it was the last one

-- What became of the deliveries of a replay. No write for those of others.
CREATE INDEX delivery_of_replay ON delivery (replay_id, state) WHERE replay_id <> 0;
