-- Data checks: what the warehouse holds is profiled, and what was concluded from it is kept with the check.

ALTER TABLE connectors
  -- When its days were last read from the warehouse, and when all of the last 90 were last counted.
  ADD COLUMN profiled_at timestamptz(3),
  ADD COLUMN counted_at timestamptz(3),
  -- The data clock: the newest record that the warehouse held then. Null: none, or not looked yet.
  ADD COLUMN newest_record_at timestamptz(3),
  -- Whether its table held any row of the shop then. Null: not looked yet.
  ADD COLUMN has_rows boolean,
  -- The reading that its data was last judged by. Older than profiled_at: it is to be judged again.
  ADD COLUMN judged_at timestamptz(3);

-- The most rows a day was ever seen with: one that has fewer now has lost some.
ALTER TABLE daily_profiles ADD COLUMN highest_rows bigint NOT NULL DEFAULT 0;

ALTER TABLE dq_checks
  -- The last evaluation that counted, and what its verdict rests on: the sentence and the days.
  ADD COLUMN evaluated_at timestamptz(3),
  ADD COLUMN findings jsonb NOT NULL DEFAULT '{}';
