-- What all processes have counted, for /metrics. Belongs to no shop, and names none.
CREATE TABLE metric_totals (
  name    text NOT NULL,
  labels  jsonb NOT NULL,
  -- A histogram's upper bounds; none for a counter. Other bounds begin a row of their own.
  bounds  jsonb NOT NULL,
  -- A counter's number, or the sum of a histogram's values.
  total   double precision NOT NULL,
  -- How many values fell under each bound, and last those above all; none for a counter.
  buckets bigint[] NOT NULL,
  PRIMARY KEY (name, labels, bounds)
);
GRANT SELECT, INSERT, UPDATE ON metric_totals TO sync_health_app;
