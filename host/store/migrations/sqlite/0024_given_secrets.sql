-- The secret that a provider signs with, where its answer to the registration of a webhook says it.

ALTER TABLE subscription ADD COLUMN given_secret_id INTEGER NOT NULL DEFAULT 0; -- 0: it said none
