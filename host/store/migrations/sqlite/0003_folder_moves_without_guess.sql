-- Where the changes do not say what became of the children of a moved folder, the provider is asked;
-- before, it was guessed from these.
ALTER TABLE folder_move DROP COLUMN children_seen;
ALTER TABLE folder_move DROP COLUMN from_path;
ALTER TABLE folder_move DROP COLUMN to_path;
