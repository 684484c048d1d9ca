-- Many deliveries that are asked for again are a job, as a replay is: they wait in a table of their
-- own, and become due a few at a time.

ALTER TABLE replay ADD COLUMN is_redelivery INTEGER NOT NULL DEFAULT 0;

CREATE TABLE redelivery (
    delivery_id INTEGER PRIMARY KEY,
    replay_id   INTEGER NOT NULL,
    callback_id INTEGER NOT NULL, -- as it was asked for
    state       INTEGER NOT NULL, -- the same: of one in another state by now, somebody took care
    is_made     INTEGER NOT NULL  -- 1: it was made due, and has not ended, as far as was looked
);
CREATE INDEX redelivery_left ON redelivery (replay_id, is_made, callback_id, delivery_id);
CREATE INDEX redelivery_made ON redelivery (callback_id) WHERE is_made = 1;
