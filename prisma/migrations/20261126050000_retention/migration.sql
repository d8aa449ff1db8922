-- Keeping and erasing: how rows age, and how a shop goes. docs/retention.md says it in words.

-- What ages is found by its age, over all shops.
DROP INDEX sync_runs_age;
CREATE INDEX sync_runs_age ON sync_runs ((coalesce(ended_at, started_at, queued_at, created_at)));
CREATE INDEX daily_profiles_age ON daily_profiles (day);
CREATE INDEX hourly_profiles_age ON hourly_profiles (hour_at);
CREATE INDEX dq_incidents_age ON dq_incidents (resolved_at) WHERE status = 'resolved';
CREATE INDEX backfill_jobs_age ON backfill_jobs ((coalesce(ended_at, created_at))) WHERE status IN ('completed', 'failed', 'cancelled');
CREATE INDEX alert_deliveries_age ON alert_deliveries (created_at) WHERE incident_id IS NULL;
CREATE INDEX expected_windows_age ON expected_windows (end_day);
CREATE INDEX notices_age ON notices (expires_at);
CREATE INDEX airbyte_hints_age ON airbyte_hints (received_at);
CREATE INDEX webhook_receipts_age ON webhook_receipts (received_at);

-- Without it, each incident that goes would be looked for among all of its shop's, as somebody's parent.
CREATE INDEX dq_incidents_children ON dq_incidents (shop_id, parent_id) WHERE parent_id IS NOT NULL;

-- Deletes one batch of what is past its time, over all shops, or of `only_shop`: at most `wanted` rows of age `since` up to, and without,
-- `before`, the oldest first. What somebody holds locked is left for the next pass. Answers how many rows of which table
-- went, and the age to go on from; null: there are no more. The rules stand here, so that a caller can ask for no more
-- than a batch of what may go: an age that is too young for the kind is refused.
CREATE FUNCTION delete_aged(kind text, since timestamptz, before timestamptz, wanted integer, only_shop uuid)
RETURNS TABLE (gone_from text, gone integer, reached timestamptz)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public SET timezone = 'UTC' SET lock_timeout = '5s' AS
$$
DECLARE
  age text;
  may_go text := 'true';
  unit text := 'timestamptz';
  youngest interval := '27 days';
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
      may_go := $sql$ NOT EXISTS (SELECT FROM connectors c WHERE c.shop_id = t.shop_id AND c.id = t.connector_id AND (
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
      age := 't.tick_at'; youngest := '6 days';
      may_go := 't.tick_at < (SELECT max(k.tick_at) FROM runner_ticks k WHERE k.finished_at IS NOT NULL)';
    WHEN 'dq_incidents' THEN
      RETURN QUERY SELECT * FROM delete_aged_incidents(since, before, wanted, only_shop);
      RETURN;
    ELSE RAISE EXCEPTION 'Nothing is known of how % ages.', kind;
  END CASE;
  IF before > now() - youngest THEN
    RAISE EXCEPTION '% of % are too young to go.', kind, before USING ERRCODE = 'insufficient_privilege';
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
  gone_from := kind;
  IF seen < wanted THEN reached := NULL; END IF;
  RETURN NEXT;
END $$;

-- Resolved incidents with all that hangs on them. One that speaks for others goes together with them, and not before
-- the last of them may. An incident with more events than a batch holds loses them over several calls, and goes last.
CREATE FUNCTION delete_aged_incidents(since timestamptz, before timestamptz, wanted integer, only_shop uuid)
RETURNS TABLE (gone_from text, gone integer, reached timestamptz)
LANGUAGE plpgsql SET search_path = pg_catalog, public AS
$$
DECLARE
  -- With a few events and deliveries each, that makes about a batch.
  at_once integer := greatest(1, wanted / 5);
  found uuid[];
  of_shops uuid[];
  until timestamptz;
  events integer;
  deliveries integer;
  incidents integer;
BEGIN
  IF before > now() - interval '27 days' THEN
    RAISE EXCEPTION 'dq_incidents of % are too young to go.', before USING ERRCODE = 'insufficient_privilege';
  END IF;
  WITH old AS (
    SELECT i.shop_id, i.id, i.resolved_at FROM dq_incidents i
    WHERE i.status = 'resolved' AND i.resolved_at >= since AND i.resolved_at < before
      AND (only_shop IS NULL OR i.shop_id = only_shop) AND NOT EXISTS (
      SELECT FROM dq_incidents k WHERE k.shop_id = i.shop_id AND k.parent_id = i.id AND (k.status <> 'resolved' OR k.resolved_at >= before))
    ORDER BY i.resolved_at LIMIT at_once FOR UPDATE OF i SKIP LOCKED
  ), with_children AS (
    SELECT shop_id, id FROM old UNION
    SELECT k.shop_id, k.id FROM old JOIN dq_incidents k ON k.shop_id = old.shop_id AND k.parent_id = old.id
  )
  SELECT array_agg(w.shop_id), array_agg(w.id), (SELECT max(o.resolved_at) FROM old o), (SELECT count(*) FROM old)
  FROM with_children w INTO of_shops, found, until, incidents;
  reached := CASE WHEN incidents = at_once THEN until END;

  DELETE FROM incident_events WHERE ctid = ANY (ARRAY(
    SELECT e.ctid FROM unnest(of_shops, found) AS w (shop_id, id)
    JOIN incident_events e ON e.shop_id = w.shop_id AND e.incident_id = w.id LIMIT wanted));
  GET DIAGNOSTICS events = ROW_COUNT;
  DELETE FROM alert_deliveries WHERE ctid = ANY (ARRAY(
    SELECT d.ctid FROM unnest(of_shops, found) AS w (shop_id, id)
    JOIN alert_deliveries d ON d.shop_id = w.shop_id AND d.incident_id = w.id LIMIT wanted));
  GET DIAGNOSTICS deliveries = ROW_COUNT;
  IF events < wanted AND deliveries < wanted THEN
    DELETE FROM dq_incidents i USING unnest(of_shops, found) AS w (shop_id, id) WHERE i.shop_id = w.shop_id AND i.id = w.id;
    GET DIAGNOSTICS incidents = ROW_COUNT;
  ELSE
    incidents := 0;
    reached := since;
  END IF;
  RETURN QUERY VALUES ('incident_events', events, reached), ('alert_deliveries', deliveries, reached), ('dq_incidents', incidents, reached);
END $$;

-- Drops the oldest month of results that ended by `before`, whole; answers its name, or null when there is none.
-- For a moment nobody may read results or connectors: if they are busy it gives up at once (lock_timeout), and whoever
-- queued up behind goes on. Locked in the order in which the runner touches them.
CREATE FUNCTION drop_result_partition(before timestamptz) RETURNS text
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public SET timezone = 'UTC' SET lock_timeout = '200ms' AS
$$
DECLARE name text;
BEGIN
  IF before > now() - interval '27 days' THEN
    RAISE EXCEPTION 'Results of % are too young to go.', before USING ERRCODE = 'insufficient_privilege';
  END IF;
  SELECT c.relname INTO name FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid
  WHERE i.inhparent = 'public.dq_results'::regclass AND c.relname ~ '^dq_results_\d{4}_\d{2}$'
    AND to_timestamp(right(c.relname, 7), 'YYYY_MM') + interval '1 month' <= before
  ORDER BY c.relname LIMIT 1;
  IF name IS NOT NULL THEN
    LOCK TABLE public.connectors, public.dq_results IN ACCESS EXCLUSIVE MODE;
    EXECUTE format('DROP TABLE IF EXISTS public.%I', name);
  END IF;
  RETURN name;
END $$;
ALTER FUNCTION ensure_result_partitions(integer, integer) SET lock_timeout = '200ms';

-- The audit stays append-only, for its owner too, but for one thing: what is erased with its shop. The setting alone
-- opens nothing: only rows of a shop that is being erased can go, and the app may delete none itself.
CREATE OR REPLACE FUNCTION refuse_audit_change() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog, public AS
$$
BEGIN
  IF TG_OP = 'DELETE' AND coalesce(current_setting('app.erasing_shop', true), '') <> '' THEN
    IF TG_LEVEL = 'STATEMENT' THEN RETURN NULL; END IF;
    IF OLD.shop_id::text = current_setting('app.erasing_shop') AND EXISTS (
      SELECT FROM shops WHERE id = OLD.shop_id AND domain = 'erased-' || id || '.myshopify.com') THEN
      RETURN OLD;
    END IF;
  END IF;
  RAISE EXCEPTION 'audit_log is append-only: % refused', TG_OP USING ERRCODE = 'insufficient_privilege';
END $$;
CREATE TRIGGER audit_log_only_with_its_shop BEFORE DELETE ON audit_log FOR EACH ROW EXECUTE FUNCTION refuse_audit_change();

-- Deletes a batch of a shop's audit, while the shop is being erased. Answers how many rows went.
CREATE FUNCTION erase_shop_audit(shop uuid, wanted integer) RETURNS integer
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public SET app.erasing_shop = '' AS
$$
DECLARE erased integer;
BEGIN
  PERFORM set_config('app.erasing_shop', shop::text, true);
  DELETE FROM audit_log WHERE id = ANY (ARRAY(SELECT a.id FROM audit_log a WHERE a.shop_id = shop LIMIT wanted));
  GET DIAGNOSTICS erased = ROW_COUNT;
  RETURN erased;
END $$;

-- The end of an erasure: the shop itself, with whatever was written of it meanwhile. False: it was gone, or is not being erased.
CREATE FUNCTION erase_shop(shop uuid) RETURNS boolean
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public AS
$$
BEGIN
  DELETE FROM shops WHERE id = shop AND uninstalled_at IS NOT NULL AND domain = 'erased-' || id || '.myshopify.com';
  RETURN FOUND;
END $$;

REVOKE EXECUTE ON FUNCTION delete_aged(text, timestamptz, timestamptz, integer, uuid), delete_aged_incidents(timestamptz, timestamptz, integer, uuid),
  drop_result_partition(timestamptz), erase_shop_audit(uuid, integer), erase_shop(uuid) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION delete_aged(text, timestamptz, timestamptz, integer, uuid), drop_result_partition(timestamptz),
  erase_shop_audit(uuid, integer), erase_shop(uuid) TO sync_health_app;
