-- The tables of the hub; host/store/README.md says which transaction writes what.
-- Times are epoch milliseconds. Never change this file: add a step.

CREATE TABLE meta (
    name  TEXT PRIMARY KEY,
    value TEXT NOT NULL
) WITHOUT ROWID;

-- Numbers given out so far. They outlive the rows they were given to.
CREATE TABLE sequence (
    name TEXT PRIMARY KEY,
    last INTEGER NOT NULL
) WITHOUT ROWID;
INSERT INTO sequence (name, last) VALUES ('event', 0), ('delivery', 0);

CREATE TABLE instance (
    id                        INTEGER PRIMARY KEY AUTOINCREMENT,
    name                      TEXT NOT NULL UNIQUE,
    connector_key             TEXT NOT NULL,
    account_id                TEXT NOT NULL,
    account_state             TEXT NOT NULL,
    tags                      TEXT NOT NULL, -- JSON array of strings
    state                     INTEGER NOT NULL,
    state_reason              TEXT NOT NULL,
    source                    TEXT NOT NULL,
    events_enabled            INTEGER NOT NULL,
    configuration_fingerprint BLOB NOT NULL,
    webhook_secret_id         INTEGER NOT NULL, -- 0: none
    callback_id               INTEGER NOT NULL, -- 0: none
    created_at                INTEGER NOT NULL,
    updated_at                INTEGER NOT NULL,
    sealed_configuration      BLOB NOT NULL
);
CREATE INDEX instance_account ON instance (connector_key, account_id, webhook_secret_id)
    WHERE state = 0;
CREATE INDEX instance_state ON instance (state);

-- Instances whose row is gone and whose other rows are still being removed.
CREATE TABLE removed_instance (instance_id INTEGER PRIMARY KEY);

CREATE TABLE webhook_secret (
    id          INTEGER PRIMARY KEY AUTOINCREMENT,
    fingerprint BLOB NOT NULL UNIQUE,
    sealed      BLOB NOT NULL
);
CREATE TABLE callback (
    id          INTEGER PRIMARY KEY AUTOINCREMENT,
    fingerprint BLOB NOT NULL UNIQUE
);
CREATE TABLE token (
    instance_id INTEGER PRIMARY KEY,
    sealed      BLOB NOT NULL,
    expires_at  INTEGER
);

-- due_at is null while the instance is not running: its mark stays, so that it never repeats.
CREATE TABLE notice (
    instance_id INTEGER PRIMARY KEY,
    due_at      INTEGER,
    mark        INTEGER NOT NULL,
    failures    INTEGER NOT NULL
);
CREATE INDEX notice_due ON notice (due_at) WHERE due_at IS NOT NULL;

CREATE TABLE sync_position (
    instance_id     INTEGER PRIMARY KEY,
    phase           INTEGER NOT NULL,
    cursor          TEXT NOT NULL,
    generation      INTEGER NOT NULL,
    event_sequence  INTEGER NOT NULL,
    window_round    INTEGER NOT NULL,
    window_until_ms INTEGER NOT NULL
);
CREATE TABLE object (
    instance_id  INTEGER NOT NULL,
    storage_key  TEXT NOT NULL,
    object_id    TEXT NOT NULL,
    path         TEXT NOT NULL,
    name         TEXT NOT NULL,
    kind         INTEGER NOT NULL,
    revision     TEXT NOT NULL,
    content_hash TEXT NOT NULL,
    size         INTEGER NOT NULL,
    modified_ms  INTEGER NOT NULL,
    modified_by  TEXT NOT NULL,
    generation   INTEGER NOT NULL,
    PRIMARY KEY (instance_id, storage_key)
) WITHOUT ROWID;
CREATE UNIQUE INDEX object_id ON object (instance_id, object_id);

CREATE TABLE lost_object (
    instance_id  INTEGER NOT NULL,
    object_id    TEXT NOT NULL,
    path_key     TEXT NOT NULL,
    path         TEXT NOT NULL,
    name         TEXT NOT NULL,
    kind         INTEGER NOT NULL,
    revision     TEXT NOT NULL,
    content_hash TEXT NOT NULL,
    size         INTEGER NOT NULL,
    modified_ms  INTEGER NOT NULL,
    modified_by  TEXT NOT NULL,
    event_id     TEXT NOT NULL,
    cascade_of   TEXT NOT NULL,
    raw          TEXT NOT NULL,
    lost_at_ms   INTEGER NOT NULL,
    PRIMARY KEY (instance_id, object_id)
) WITHOUT ROWID;
CREATE INDEX lost_object_path ON lost_object (instance_id, path_key);

CREATE TABLE folder_move (
    instance_id   INTEGER NOT NULL,
    object_id     TEXT NOT NULL,
    event_id      TEXT NOT NULL,
    from_key      TEXT NOT NULL,
    to_key        TEXT NOT NULL,
    from_path     TEXT NOT NULL,
    to_path       TEXT NOT NULL,
    children_seen INTEGER NOT NULL,
    cascade_of    TEXT NOT NULL,
    PRIMARY KEY (instance_id, object_id)
) WITHOUT ROWID;

CREATE TABLE tombstone (
    instance_id INTEGER NOT NULL,
    object_id   TEXT NOT NULL,
    deleted_at  INTEGER NOT NULL,
    PRIMARY KEY (instance_id, object_id)
) WITHOUT ROWID;
CREATE INDEX tombstone_age ON tombstone (deleted_at);

CREATE TABLE event (
    number      INTEGER PRIMARY KEY,
    instance_id INTEGER NOT NULL,
    id          TEXT NOT NULL,
    type        INTEGER NOT NULL,
    object_kind INTEGER NOT NULL,
    recorded_at INTEGER NOT NULL,
    body        TEXT NOT NULL,
    raw         TEXT NOT NULL
);
CREATE INDEX event_instance ON event (instance_id, number);

CREATE TABLE delivery (
    id              INTEGER PRIMARY KEY,
    instance_id     INTEGER NOT NULL,
    callback_id     INTEGER NOT NULL,
    first_event     INTEGER NOT NULL,
    last_event      INTEGER NOT NULL,
    state           INTEGER NOT NULL,
    attempt_count   INTEGER NOT NULL,
    next_attempt_at INTEGER NOT NULL,
    created_at      INTEGER NOT NULL,
    finished_at     INTEGER NOT NULL, -- of the last attempt; 0: none yet
    last_status     INTEGER NOT NULL,
    last_error      TEXT NOT NULL
);
CREATE INDEX delivery_waiting ON delivery (callback_id, next_attempt_at, id) WHERE state = 0;
CREATE INDEX delivery_needs ON delivery (last_event) WHERE state = 0;
CREATE INDEX delivery_finished ON delivery (state, finished_at) WHERE state <> 0;
CREATE INDEX delivery_instance ON delivery (instance_id, id);

CREATE TABLE attempt (
    delivery_id INTEGER NOT NULL,
    n           INTEGER NOT NULL,
    finished_at INTEGER NOT NULL,
    status      INTEGER NOT NULL,
    latency_ms  INTEGER NOT NULL,
    error       TEXT NOT NULL,
    PRIMARY KEY (delivery_id, n)
) WITHOUT ROWID;
