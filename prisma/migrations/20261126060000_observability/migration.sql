-- The request, or the job of the clock's, that gave reason for a notice: the same id stands in the log and in the audit.
ALTER TABLE alert_deliveries ADD COLUMN request_id text NOT NULL DEFAULT '';

-- Signs of life of the workers, which serve no port that could be asked. Belongs to no shop.
CREATE TABLE worker_heartbeats (
  id                       uuid PRIMARY KEY,
  seen_at                  timestamptz(3) NOT NULL,
  resident_bytes           bigint NOT NULL,
  event_loop_delay_seconds double precision NOT NULL
);
CREATE INDEX worker_heartbeats_seen ON worker_heartbeats (seen_at);
GRANT SELECT, INSERT, UPDATE, DELETE ON worker_heartbeats TO sync_health_app;

-- How all shops stand together, for /metrics: numbers only, no shop's name or id.
CREATE FUNCTION count_for_metrics() RETURNS TABLE (measure text, label text, value double precision)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public AS
$$ SELECT 'shops', '', count(*)::double precision FROM public.shops WHERE uninstalled_at IS NULL
   UNION ALL
   SELECT 'open_incidents', severity, count(*) FROM public.dq_incidents WHERE status <> 'resolved' GROUP BY severity
   UNION ALL
   SELECT 'workspaces', CASE WHEN w.unreachable_since IS NULL THEN 'reachable' ELSE 'unreachable' END, count(*)
   FROM public.airbyte_workspaces w JOIN public.shops s ON s.id = w.shop_id WHERE s.uninstalled_at IS NULL GROUP BY 2
   UNION ALL
   SELECT m.measure, b.status, m.value
   FROM (SELECT status, count(*) AS active, extract(epoch FROM now() - min(created_at)) AS oldest
         FROM public.backfill_jobs WHERE status NOT IN ('completed', 'failed', 'cancelled') GROUP BY status) b
   CROSS JOIN LATERAL (VALUES ('active_backfills', b.active::double precision), ('oldest_backfill_seconds', b.oldest::double precision)) AS m (measure, value)
   UNION ALL
   SELECT 'overdue_backfill_seconds', '', greatest(0, coalesce(extract(epoch FROM now() - min(due_at)), 0))
   FROM public.backfill_jobs WHERE status NOT IN ('completed', 'failed', 'cancelled') AND due_at IS NOT NULL
   UNION ALL
   SELECT 'overdue_delivery_seconds', '', greatest(0, coalesce(extract(epoch FROM now() - min(due_at)), 0))
   FROM public.alert_deliveries WHERE state IN ('queued', 'held', 'sending') $$;
REVOKE EXECUTE ON FUNCTION count_for_metrics() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION count_for_metrics() TO sync_health_app;
