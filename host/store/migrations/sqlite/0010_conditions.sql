-- What an operator is told of, from its opening until its end is told.

CREATE TABLE condition (
    id        INTEGER PRIMARY KEY AUTOINCREMENT,
    kind      INTEGER NOT NULL, -- model/condition.h
    subject   INTEGER NOT NULL,
    since     INTEGER NOT NULL,
    reason    TEXT NOT NULL,
    instances TEXT NOT NULL,
    ended_at  INTEGER NOT NULL, -- 0: it is open
    is_told   INTEGER NOT NULL
);
CREATE UNIQUE INDEX condition_subject ON condition (kind, subject);
-- Whom a callback concerns.
CREATE INDEX instance_callback ON instance (callback_id) WHERE callback_id <> 0;
