-- Keys and indexes by how rows arrive and are read.

-- A tick writes a row for every check of a shop at one instant. With the connector before the instant, each row has a
-- page of the index to itself after a day of ticks, and a tick of 120,000 connectors rewrites 240,000 pages (1.7 GB of
-- write-ahead log, measured); with the instant before the connector they lie side by side (0.1 GB).
ALTER TABLE dq_results DROP CONSTRAINT dq_results_pkey;
ALTER TABLE dq_results ADD PRIMARY KEY (shop_id, evaluated_at, connector_id, check_name, subject);

-- A connector's runs by when they happened. Written as CASE, since PostgreSQL does not count coalesce among the
-- expressions that leak nothing: a condition on it has to wait until the policy was checked on the row, and no index
-- can answer it.
CREATE INDEX sync_runs_by_time ON sync_runs (shop_id, connector_id, (
  CASE WHEN ended_at IS NOT NULL THEN ended_at WHEN started_at IS NOT NULL THEN started_at
    WHEN queued_at IS NOT NULL THEN queued_at ELSE created_at END) DESC);
DROP INDEX sync_runs_latest;
