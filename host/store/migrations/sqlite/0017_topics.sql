-- Topics that callers name: who listens, what was said, and what has still to be brought.

CREATE TABLE topic_subscription (
    id          INTEGER PRIMARY KEY, -- of its own sequence
    fingerprint BLOB NOT NULL UNIQUE, -- of its topics and its URL
    sealed_url  BLOB NOT NULL,
    is_active   INTEGER NOT NULL,
    created_at  INTEGER NOT NULL
);
INSERT INTO sequence (name, last) VALUES ('topic_subscription', 0);

CREATE TABLE topic_listener (
    topic           TEXT NOT NULL,
    subscription_id INTEGER NOT NULL,
    PRIMARY KEY (topic, subscription_id)
) WITHOUT ROWID;
CREATE INDEX topic_listener_subscription ON topic_listener (subscription_id, topic);

CREATE TABLE topic_notification (
    id              INTEGER PRIMARY KEY, -- of the sequence of deliveries
    topic           TEXT NOT NULL,
    sender          TEXT NOT NULL,
    severity        TEXT NOT NULL,
    message         TEXT NOT NULL,
    is_acknowledged INTEGER NOT NULL,
    created_at      INTEGER NOT NULL
);
CREATE INDEX topic_notification_topic ON topic_notification (topic, id);

-- One row for each subscription that has a notification still to come.
CREATE TABLE topic_sending (
    subscription_id INTEGER NOT NULL,
    notification_id INTEGER NOT NULL,
    attempt_count   INTEGER NOT NULL,
    due_at          INTEGER NOT NULL,
    PRIMARY KEY (subscription_id, notification_id)
) WITHOUT ROWID;
CREATE INDEX topic_sending_due ON topic_sending (subscription_id, due_at, notification_id);
CREATE INDEX topic_sending_notification ON topic_sending (notification_id);
