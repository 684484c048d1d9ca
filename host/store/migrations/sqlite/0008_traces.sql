-- Traces of notices and deliveries: a byte of flags and the id (model/trace_context.h); null: none.

ALTER TABLE notice ADD COLUMN trace BLOB;
ALTER TABLE delivery ADD COLUMN trace BLOB;
