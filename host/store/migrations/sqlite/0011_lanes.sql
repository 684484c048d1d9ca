-- Deliveries that keep an order stand in lanes, of which one goes out after another.

ALTER TABLE delivery ADD COLUMN lane INTEGER NOT NULL DEFAULT 0; -- pipeline/delivery_lane.h; 0: none
DROP INDEX delivery_waiting;
CREATE INDEX delivery_waiting ON delivery (callback_id, lane, next_attempt_at, id) WHERE state = 0;
