-- Whether somebody has made a second source beside a connection's own, by which a backfill reads between two days. As it was
-- at the last look at the workspace; null: not looked at yet.
ALTER TABLE connections ADD COLUMN has_backfill_source boolean;
