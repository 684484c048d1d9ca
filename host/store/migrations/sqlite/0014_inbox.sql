-- Changes that webhooks brought with them. A drain reads them by number, and its cursor is the last
-- number that it has read.

CREATE TABLE inbox (
    number      INTEGER PRIMARY KEY,
    instance_id INTEGER NOT NULL,
    change_id   TEXT NOT NULL, -- the provider's; '': none
    received_at INTEGER NOT NULL,
    hint        TEXT NOT NULL,
    raw         BLOB NOT NULL
);
CREATE INDEX inbox_instance ON inbox (instance_id, number);
CREATE UNIQUE INDEX inbox_change ON inbox (instance_id, change_id) WHERE change_id <> '';
CREATE INDEX inbox_age ON inbox (received_at);
INSERT INTO sequence (name, last) VALUES ('inbox', 0);
