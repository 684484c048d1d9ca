-- Events of objects that are neither file nor folder are found by what these are.

ALTER TABLE event ADD COLUMN object_type TEXT NOT NULL DEFAULT ''; -- of kind other; '': not said
UPDATE event SET object_type = coalesce(nullif(json_extract(body, '$.objectType'), 'other'), '')
    WHERE object_kind = 2;
ALTER TABLE replay ADD COLUMN object_types TEXT NOT NULL DEFAULT ''; -- with commas; '': all
UPDATE replay SET object_types = rtrim(CASE WHEN kinds & 1 THEN 'file,' ELSE '' END
    || CASE WHEN kinds & 2 THEN 'folder,' ELSE '' END || CASE WHEN kinds & 4 THEN 'other' ELSE '' END, ',');
ALTER TABLE replay DROP COLUMN kinds;
