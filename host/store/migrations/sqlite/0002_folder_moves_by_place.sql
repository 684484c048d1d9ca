-- A folder that moves twice within one window has two places that what was in it may be looked for.
CREATE TABLE folder_move_by_place (
    instance_id   INTEGER NOT NULL,
    object_id     TEXT NOT NULL,
    event_id      TEXT NOT NULL,
    from_key      TEXT NOT NULL,
    to_key        TEXT NOT NULL,
    from_path     TEXT NOT NULL,
    to_path       TEXT NOT NULL,
    children_seen INTEGER NOT NULL,
    cascade_of    TEXT NOT NULL,
    PRIMARY KEY (instance_id, from_key)
) WITHOUT ROWID;
INSERT INTO folder_move_by_place
    SELECT instance_id, object_id, event_id, from_key, to_key, from_path, to_path, children_seen,
           cascade_of
    FROM folder_move WHERE true
    ON CONFLICT DO NOTHING;
DROP TABLE folder_move;
ALTER TABLE folder_move_by_place RENAME TO folder_move;
