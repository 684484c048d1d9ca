-- Dead letters need their events as well: until they go, they can be made again.

CREATE INDEX delivery_dead_needs ON delivery (last_event) WHERE state = 2;
