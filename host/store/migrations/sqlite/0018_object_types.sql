-- What an object is that is neither file nor folder: polls find such objects, and tell of them when they
-- are gone.

ALTER TABLE object ADD COLUMN object_type TEXT NOT NULL DEFAULT '';
ALTER TABLE lost_object ADD COLUMN object_type TEXT NOT NULL DEFAULT '';
