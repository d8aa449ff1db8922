-- Alerts: what is told to whom, held, or given up, each with its reason; channels that do not work; upstream events.

-- Nothing has written this table before now, so it is made anew.
DROP TABLE alert_deliveries;
CREATE TABLE alert_deliveries (
  -- Null: about no shop in particular. Only a transaction that is bound to no shop sees those rows.
  shop_id           uuid REFERENCES shops (id) ON DELETE CASCADE,
  id                uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  -- The order in which they were decided: one transaction gives many the same instant.
  position          bigint GENERATED ALWAYS AS IDENTITY,
  -- What it is about: one of these, or none for a test message.
  incident_id       uuid,
  upstream_event_id uuid REFERENCES upstream_events (id) ON DELETE CASCADE,
  broken_channel    text CHECK (broken_channel IN ('slack', 'pagerduty')),
  channel           text NOT NULL CHECK (channel IN ('slack', 'pagerduty', 'flow')),
  event             text NOT NULL CHECK (event IN ('opened', 'escalated', 'reopened', 'snooze_ended', 'acknowledged', 'resolved', 'test')),
  severity          text NOT NULL CHECK (severity IN ('warning', 'high', 'critical')),
  state             text NOT NULL CHECK (state IN ('queued', 'held', 'sending', 'sent', 'skipped', 'failed')),
  reason            text NOT NULL DEFAULT '',
  attempts          integer NOT NULL DEFAULT 0,
  created_at        timestamptz(3) NOT NULL,
  -- When it is to be looked at again; of one that is being sent, since when. Null: nothing is due.
  due_at            timestamptz(3),
  ended_at          timestamptz(3),
  http_status       integer,
  FOREIGN KEY (shop_id, incident_id) REFERENCES dq_incidents (shop_id, id) ON DELETE CASCADE,
  CHECK ((shop_id IS NULL) = (incident_id IS NULL)),
  CHECK (num_nonnulls(incident_id, upstream_event_id, broken_channel) = CASE event WHEN 'test' THEN 0 ELSE 1 END)
);
CREATE INDEX alert_deliveries_of_incident ON alert_deliveries (shop_id, incident_id, channel, position DESC);
CREATE INDEX alert_deliveries_of_upstream_event ON alert_deliveries (upstream_event_id, channel, position DESC) WHERE upstream_event_id IS NOT NULL;
CREATE INDEX alert_deliveries_due ON alert_deliveries (due_at) WHERE state IN ('queued', 'held', 'sending');
CREATE INDEX alert_deliveries_held ON alert_deliveries (shop_id) WHERE state = 'held';

ALTER TABLE alert_deliveries ENABLE ROW LEVEL SECURITY;
CREATE POLICY only_bound_shops ON alert_deliveries
  USING (shop_id = ANY ((SELECT app_shop_ids())::uuid[]) OR (shop_id IS NULL AND cardinality((SELECT app_shop_ids())::uuid[]) = 0))
  WITH CHECK (shop_id = ANY ((SELECT app_shop_ids())::uuid[]) OR (shop_id IS NULL AND cardinality((SELECT app_shop_ids())::uuid[]) = 0));
GRANT SELECT, INSERT, UPDATE, DELETE ON alert_deliveries TO sync_health_app;

-- How a channel is doing. Belongs to no shop: all of them share it.
CREATE TABLE alert_channels (
  channel         text PRIMARY KEY CHECK (channel IN ('slack', 'pagerduty')),
  failures_in_a_row integer NOT NULL DEFAULT 0,
  -- Nothing is sent before: it asked us to wait, or did not answer.
  paused_until    timestamptz(3),
  -- Since when it takes nothing for good; the other channel was told.
  broken_since    timestamptz(3)
);
INSERT INTO alert_channels (channel) VALUES ('slack'), ('pagerduty');
GRANT SELECT, UPDATE ON alert_channels TO sync_health_app;

-- A source that fails for many shops at once is written by the runner's first step.
GRANT INSERT, UPDATE ON upstream_events TO sync_health_app;
CREATE INDEX dq_incidents_of_upstream_event ON dq_incidents (upstream_event_id) WHERE upstream_event_id IS NOT NULL;
CREATE INDEX dq_incidents_snoozed ON dq_incidents (snoozed_until) WHERE snoozed_until IS NOT NULL;

-- How late something is that is due every `warning` minutes. Said once: the judge and the count below both ask this.
CREATE FUNCTION late_severity(age_minutes integer, warning_minutes integer) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE AS
$$ SELECT CASE WHEN age_minutes > 4 * warning_minutes THEN 'critical' WHEN age_minutes > 2 * warning_minutes THEN 'high'
     WHEN age_minutes > warning_minutes THEN 'warning' END $$;

-- Per source, over all installed shops: connectors judged, and those that fail by the facts as they stand, not for want
-- of a sign-in; of them how many began within the last hour. What has no open incident yet begins now.
CREATE FUNCTION count_failing_sources(as_of timestamptz, sources text[], warnings integer[], grace_minutes integer, soft_failures integer, own_reasons text[])
RETURNS TABLE (source text, connectors integer, failing integer, failing_shops integer, began integer, began_shops integer, severity text)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public AS
$$
  WITH facts AS (
    SELECT c.shop_id, c.id, c.source,
      CASE WHEN c.last_succeeded_at IS NULL AND c.running_since IS NOT NULL AND as_of - c.first_run_started_at <= make_interval(mins => grace_minutes) THEN NULL
        ELSE public.late_severity(floor(extract(epoch FROM
          CASE WHEN c.engine = 'airbyte' AND w.unreachable_since IS NOT NULL THEN least(as_of, coalesce(w.last_polled_at, w.unreachable_since)) ELSE as_of END
          - coalesce(c.last_succeeded_at, c.created_at)) / 60)::integer, coalesce(c.sla_warning_minutes, l.warning)) END AS late,
      c.failures_in_a_row >= soft_failures AS failed,
      n.status = 'inactive' IS TRUE OR (c.failures_in_a_row > 0 AND c.last_failure_reason = ANY (own_reasons)) IS TRUE AS is_own_fault
    FROM public.connectors c
    JOIN public.shops s ON s.id = c.shop_id AND s.uninstalled_at IS NULL
    JOIN unnest(sources, warnings) AS l (source, warning) ON l.source = c.source
    LEFT JOIN public.connections n ON n.shop_id = c.shop_id AND n.id = c.connection_id
    LEFT JOIN public.airbyte_workspaces w ON w.shop_id = c.shop_id
    WHERE c.paused_at IS NULL
  ), failing AS (
    SELECT f.*, (f.late IS NOT NULL OR f.failed) AND NOT f.is_own_fault AS fails,
      CASE f.late WHEN 'critical' THEN 3 WHEN 'high' THEN 2 ELSE 1 END AS rank,
      CASE WHEN f.late IS NOT NULL OR f.failed THEN
        (SELECT min(i.opened_at) FROM public.dq_incidents i WHERE i.shop_id = f.shop_id AND i.connector_id = f.id
          AND i.check_name IN ('freshness', 'sync_failed') AND i.status <> 'resolved') END AS opened_at
    FROM facts f
  )
  SELECT source, count(*)::integer, count(*) FILTER (WHERE fails)::integer, count(DISTINCT shop_id) FILTER (WHERE fails)::integer,
    count(*) FILTER (WHERE fails AND coalesce(opened_at, as_of) > as_of - interval '1 hour')::integer,
    count(DISTINCT shop_id) FILTER (WHERE fails AND coalesce(opened_at, as_of) > as_of - interval '1 hour')::integer,
    (ARRAY['warning', 'high', 'critical'])[max(rank) FILTER (WHERE fails)]
  FROM failing GROUP BY source
$$;

-- Shops with deliveries that nobody is at work on though they are due, or with snoozes that have ended; null: deliveries about no shop.
CREATE FUNCTION list_overdue_alerts(as_of timestamptz, due_before timestamptz) RETURNS TABLE (shop_id uuid)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public AS
$$ SELECT d.shop_id FROM public.alert_deliveries d WHERE d.state IN ('queued', 'held', 'sending') AND d.due_at < due_before
   UNION SELECT i.shop_id FROM public.dq_incidents i WHERE i.snoozed_until <= as_of $$;

REVOKE EXECUTE ON FUNCTION late_severity(integer, integer),
  count_failing_sources(timestamptz, text[], integer[], integer, integer, text[]), list_overdue_alerts(timestamptz, timestamptz) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION late_severity(integer, integer),
  count_failing_sources(timestamptz, text[], integer[], integer, integer, text[]), list_overdue_alerts(timestamptz, timestamptz) TO sync_health_app;
