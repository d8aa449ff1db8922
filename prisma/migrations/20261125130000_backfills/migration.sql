-- Backfills are advanced by one job that can die at any step.

ALTER TABLE backfill_jobs
  -- When it is to be looked at again; of a step that is being done, since when. Null: nothing is due.
  ADD COLUMN due_at timestamptz(3),
  -- How many steps were begun: whoever records one says which it was.
  ADD COLUMN step integer NOT NULL DEFAULT 0,
  -- Since when its engine cannot be spoken to.
  ADD COLUMN trouble_since timestamptz(3),
  -- What a pipeline of the shop's own last said of it.
  ADD COLUMN progress jsonb,
  -- Rows of each day of the range, and the sum of its main measure, before anything was loaded.
  ADD COLUMN before jsonb,
  -- What was expected when it was asked for: rows to load, and seconds.
  ADD COLUMN expected_rows bigint,
  ADD COLUMN expected_seconds integer;
CREATE INDEX backfill_jobs_due ON backfill_jobs (due_at) WHERE status NOT IN ('completed', 'failed', 'cancelled');

-- Where a shop's own pipeline wants to be told that days are to be sent again.
ALTER TABLE connectors ADD COLUMN backfill_url text CHECK (backfill_url ~ '^https?://');

-- Backfills that are due and that nobody is at work on.
CREATE FUNCTION list_overdue_backfills(due_before timestamptz) RETURNS TABLE (shop_id uuid, id uuid)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public AS
$$ SELECT b.shop_id, b.id FROM public.backfill_jobs b
   WHERE b.status NOT IN ('completed', 'failed', 'cancelled') AND b.due_at < due_before $$;
REVOKE EXECUTE ON FUNCTION list_overdue_backfills(timestamptz) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION list_overdue_backfills(timestamptz) TO sync_health_app;
