-- How many requests a key has made in its minute, counted over all web processes. A key is a purpose and an id: no name,
-- no token. Unlogged: what a crash forgets is a minute old at most, and counting then costs no flush of the log.
CREATE UNLOGGED TABLE rate_limits (
  key    text PRIMARY KEY,
  points integer NOT NULL,
  -- Milliseconds since 1970.
  expire bigint
);
GRANT SELECT, INSERT, UPDATE, DELETE ON rate_limits TO sync_health_app;
