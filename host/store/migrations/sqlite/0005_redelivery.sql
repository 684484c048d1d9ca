-- Deliveries that are made again, and what is asked to be done with cursors.

ALTER TABLE delivery ADD COLUMN origin INTEGER NOT NULL DEFAULT 0; -- model/delivery.h
ALTER TABLE delivery ADD COLUMN replay_id INTEGER NOT NULL DEFAULT 0;
-- The deliveries of an event: the one that its commit made, which never overlaps another, and the
-- others, which may. No write when a delivery is attempted.
CREATE INDEX delivery_event ON delivery (instance_id, last_event, first_event) WHERE origin < 2;
CREATE INDEX delivery_copy ON delivery (instance_id, last_event, first_event) WHERE origin >= 2;
CREATE INDEX delivery_replay ON delivery (callback_id, replay_id)
    WHERE state = 0 AND replay_id <> 0;
CREATE INDEX delivery_untried ON delivery (replay_id)
    WHERE state = 0 AND replay_id <> 0 AND attempt_count = 0;

CREATE TABLE replay (
    id           INTEGER PRIMARY KEY AUTOINCREMENT,
    state        INTEGER NOT NULL,
    is_dry_run   INTEGER NOT NULL,
    instances    TEXT NOT NULL, -- ids in order, with commas; empty: all
    types        INTEGER NOT NULL, -- model/event_selection.h
    kinds        INTEGER NOT NULL,
    from_at      INTEGER NOT NULL,
    to_at        INTEGER NOT NULL,
    first_event  INTEGER NOT NULL,
    end_event    INTEGER NOT NULL,
    rate         INTEGER NOT NULL,
    opened_until INTEGER NOT NULL,
    instances_n  INTEGER NOT NULL,
    skipped_n    INTEGER NOT NULL,
    examined_n   INTEGER NOT NULL,
    matched_n    INTEGER NOT NULL,
    deliveries_n INTEGER NOT NULL,
    created_at   INTEGER NOT NULL,
    updated_at   INTEGER NOT NULL
);
CREATE INDEX replay_running ON replay (id) WHERE state = 0;
CREATE INDEX replay_ended ON replay (updated_at) WHERE state <> 0;

-- Instances that a running replay is in the middle of.
CREATE TABLE replay_part (
    replay_id   INTEGER NOT NULL,
    instance_id INTEGER NOT NULL,
    next_event  INTEGER NOT NULL,
    PRIMARY KEY (replay_id, instance_id)
) WITHOUT ROWID;

CREATE TABLE cursor_request (
    instance_id INTEGER PRIMARY KEY,
    request     INTEGER NOT NULL
);
ALTER TABLE notice ADD COLUMN drained_at INTEGER NOT NULL DEFAULT 0; -- 0: never
