-- A clean-up of about half the speed of one raw DELETE, and no id of a shop that outlives its erasure. docs/retention.md says it in words.

-- Deletes one batch of what is past its time, over all shops, or of `only_shop`: at most `wanted` rows of age `since` up to, and without,
-- `before`, the oldest first. What somebody holds locked is left for the next pass, or waited for at most 50 ms. Answers how many rows of which table
-- went, and the age to go on from; null: there are no more. The rules stand here, so that a caller can ask for no more
-- than a batch of what may go: an age that is too young for the kind is refused.
CREATE OR REPLACE FUNCTION delete_aged(kind text, since timestamptz, before timestamptz, wanted integer, only_shop uuid)
RETURNS TABLE (gone_from text, gone integer, reached timestamptz)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public SET timezone = 'UTC' SET lock_timeout = '5s' AS
$$
DECLARE
  age text;
  may_go text := 'true';
  unit text := 'timestamptz';
  youngest interval := '27 days';
  -- Whether there are so many that they go by the stretch of age, which is cheaper than row by row.
  is_large boolean := kind IN ('sync_runs', 'daily_profiles', 'hourly_profiles');
  until timestamptz;
  seen integer;
  -- Connectors with an active backfill, or an open incident about days: few, so that the rest is not asked row by row.
  busy uuid[] := ARRAY(SELECT b.connector_id FROM backfill_jobs b WHERE b.status NOT IN ('completed', 'failed', 'cancelled')
    UNION SELECT i.connector_id FROM dq_incidents i WHERE i.status <> 'resolved' AND i.first_day < before);
  -- An active backfill compares these days with before; an open incident shows them.
  nobody_needs_days text := $sql$ (t.connector_id <> ALL ($5) OR (
    NOT EXISTS (SELECT FROM backfill_jobs b WHERE b.shop_id = t.shop_id AND b.connector_id = t.connector_id
      AND b.status NOT IN ('completed', 'failed', 'cancelled') AND %1$s BETWEEN b.start_day - 1 AND b.end_day + 1)
    AND NOT EXISTS (SELECT FROM dq_incidents i WHERE i.shop_id = t.shop_id AND i.connector_id = t.connector_id
      AND i.status <> 'resolved' AND %1$s BETWEEN i.first_day - 1 AND coalesce(i.last_day, i.first_day) + 1))) $sql$;
BEGIN
  -- A crash of the database may bring back what was just deleted: it goes again the next time, and nothing waits for the disk.
  PERFORM set_config('synchronous_commit', 'off', true);
  CASE kind
    WHEN 'sync_runs' THEN
      age := 'coalesce(t.ended_at, t.started_at, t.queued_at, t.created_at)';
      -- What a connector that has gone silent is judged by stays: its last success, and its failures since.
      -- Who has gone silent is asked first: they are few, and the rest need not be compared with each run.
      may_go := $sql$ NOT EXISTS (SELECT FROM connectors c WHERE c.shop_id = t.shop_id AND c.id = t.connector_id
          AND (c.last_succeeded_at < $2 OR c.last_failed_at < $2) AND (
            (t.status = 'succeeded' AND t.ended_at >= c.last_succeeded_at)
            OR (t.status = 'failed' AND c.failures_in_a_row > 0 AND c.last_failed_at < $2
              AND t.ended_at > coalesce(c.last_succeeded_at, '-infinity'))))
          AND (t.connector_id <> ALL ($5) OR NOT EXISTS (SELECT FROM backfill_jobs b WHERE b.shop_id = t.shop_id
            AND b.connector_id = t.connector_id AND b.status NOT IN ('completed', 'failed', 'cancelled')
            AND b.created_at <= coalesce(t.ended_at, t.started_at, t.queued_at, t.created_at))) $sql$;
    WHEN 'daily_profiles' THEN
      age := 't.day'; unit := 'date'; may_go := format(nobody_needs_days, 't.day');
    WHEN 'hourly_profiles' THEN
      age := 't.hour_at'; may_go := format(nobody_needs_days, 't.hour_at::date');
    WHEN 'backfill_jobs' THEN
      age := 'coalesce(t.ended_at, t.created_at)'; may_go := $sql$ t.status IN ('completed', 'failed', 'cancelled') $sql$;
    WHEN 'alert_deliveries' THEN
      -- Those of an incident go with it, those of an upstream event not before it.
      age := 't.created_at';
      may_go := $sql$ t.incident_id IS NULL AND t.state IN ('sent', 'skipped', 'failed') AND (t.upstream_event_id IS NULL
        OR EXISTS (SELECT FROM upstream_events u WHERE u.id = t.upstream_event_id AND u.ended_at < $2)) $sql$;
    WHEN 'upstream_events' THEN
      age := 't.ended_at'; may_go := 'NOT EXISTS (SELECT FROM dq_incidents i WHERE i.upstream_event_id = t.id)';
    WHEN 'expected_windows' THEN age := 't.end_day'; unit := 'date';
    WHEN 'maintenance_windows' THEN age := 't.ends_at';
    WHEN 'dashboard_lifts' THEN age := 't.expires_at';
    WHEN 'ingest_keys' THEN age := 't.expires_at';
    WHEN 'lineage_jobs' THEN age := 't.seen_at';
    WHEN 'notices' THEN age := 't.expires_at'; youngest := '0';
    WHEN 'airbyte_hints' THEN age := 't.received_at';
    -- Dead with both of its tokens. One that never expires is not dead.
    WHEN 'shopify_sessions' THEN age := 'greatest(t.expires_at, t.refresh_token_expires_at)';
    WHEN 'webhook_receipts' THEN age := 't.received_at'; may_go := 't.handled_at IS NOT NULL';
    -- The last finished tick says when the runner last worked.
    WHEN 'runner_batches', 'runner_ticks' THEN
      age := 't.tick_at'; youngest := CASE kind WHEN 'runner_ticks' THEN interval '6 days' ELSE '20 hours' END;
      may_go := 't.tick_at < (SELECT max(k.tick_at) FROM runner_ticks k WHERE k.finished_at IS NOT NULL)';
    WHEN 'dq_incidents' THEN
      RETURN QUERY SELECT * FROM delete_aged_incidents(since, before, wanted, only_shop);
      RETURN;
    ELSE RAISE EXCEPTION 'Nothing is known of how % ages.', kind;
  END CASE;
  IF before > now() - youngest THEN
    RAISE EXCEPTION '% of % are too young to go.', kind, before USING ERRCODE = 'insufficient_privilege';
  END IF;
  gone_from := kind;
  IF is_large AND only_shop IS NULL THEN
    -- The age at which the batch is full. Where so many have one and the same age that it has no end, they go row by row.
    EXECUTE format('SELECT (%2$s)::timestamptz FROM %1$I t WHERE %2$s >= $1::%3$s AND %2$s < $2::%3$s ORDER BY %2$s OFFSET $3 LIMIT 1', kind, age, unit)
    USING since, before, wanted INTO until;
    IF until > since OR until IS NULL THEN
      BEGIN
        -- Locking each row before it goes costs as much again as its going, and hardly ever is one held by somebody.
        SET LOCAL lock_timeout = '50ms';
        EXECUTE format('DELETE FROM %1$I t WHERE %2$s >= $1::%3$s AND %2$s < $6::%3$s AND %4$s', kind, age, unit, may_go)
        USING since, before, wanted, only_shop, busy, coalesce(until, before);
        GET DIAGNOSTICS gone = ROW_COUNT;
        reached := until;
        RETURN NEXT;
        RETURN;
      EXCEPTION WHEN lock_not_available OR deadlock_detected THEN
        -- Undone; what is not held goes row by row.
      END;
    END IF;
  END IF;
  IF only_shop IS NOT NULL THEN may_go := may_go || ' AND t.shop_id = $4'; END IF;
  EXECUTE format($sql$
    WITH old AS MATERIALIZED (
      SELECT t.ctid AS place, %2$s AS age FROM %1$I t WHERE %2$s >= $1::%3$s AND %2$s < $2::%3$s AND %4$s
      ORDER BY %2$s LIMIT $3 FOR UPDATE OF t SKIP LOCKED
    ), gone AS (
      DELETE FROM %1$I WHERE ctid = ANY (ARRAY(SELECT place FROM old)) RETURNING 1
    )
    SELECT (SELECT count(*) FROM old), (SELECT count(*) FROM gone), (SELECT max(age) FROM old)::timestamptz $sql$, kind, age, unit, may_go)
  USING since, before, wanted, only_shop, busy INTO seen, gone, reached;
  IF seen < wanted THEN reached := NULL; END IF;
  RETURN NEXT;
END $$;

-- The end of an erasure: the shop itself, with whatever was written of it meanwhile, and its id in the runner's batches.
-- False: it was gone, or is not being erased.
CREATE OR REPLACE FUNCTION erase_shop(shop uuid) RETURNS boolean
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public AS
$$
DECLARE was_there boolean;
BEGIN
  DELETE FROM shops WHERE id = shop AND uninstalled_at IS NOT NULL AND domain = 'erased-' || id || '.myshopify.com';
  was_there := FOUND;
  IF was_there THEN
    UPDATE runner_batches SET shop_ids = array_remove(shop_ids, shop) WHERE shop = ANY (shop_ids);
  END IF;
  RETURN was_there;
END $$;
