-- Webhooks that the hub registers at providers.

CREATE TABLE subscription (
    instance_id       INTEGER PRIMARY KEY,
    state             BLOB NOT NULL,    -- the plugin's, sealed; empty: not registered
    callback_url      TEXT NOT NULL,
    expires_at        INTEGER,          -- null: never
    due_at            INTEGER,          -- null: never
    failures          INTEGER NOT NULL, -- in a row
    webhook_secret_id INTEGER NOT NULL  -- that the provider was given
);

-- Those of removed instances, with all that is needed to remove them at the provider.
CREATE TABLE ended_subscription (
    instance_id          INTEGER PRIMARY KEY,
    state                BLOB NOT NULL,
    callback_url         TEXT NOT NULL,
    expires_at           INTEGER,
    due_at               INTEGER NOT NULL,
    failures             INTEGER NOT NULL,
    name                 TEXT NOT NULL,
    connector_key        TEXT NOT NULL,
    account_id           TEXT NOT NULL,
    account_state        TEXT NOT NULL,
    sealed_configuration BLOB NOT NULL,
    sealed_tokens        BLOB, -- null: it had none
    tokens_expire_at     INTEGER
);
CREATE INDEX ended_subscription_due ON ended_subscription (due_at);
