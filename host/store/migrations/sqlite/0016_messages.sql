-- What callers asked for and get later, at a URL.

CREATE TABLE message (
    id            INTEGER PRIMARY KEY, -- of the sequence of deliveries
    instance_id   INTEGER NOT NULL,
    sealed        BLOB NOT NULL,
    is_asked      INTEGER NOT NULL, -- what it is to say has still to be found out
    attempt_count INTEGER NOT NULL,
    due_at        INTEGER NOT NULL,
    created_at    INTEGER NOT NULL
);
CREATE INDEX message_instance ON message (instance_id);
