-- What staff look at across shops, and what they set for one: the audit, upstream trouble, keys, mappings.

-- The audit is read newest first, by one filter or none; the id breaks ties, so that pages never skip a row.
CREATE INDEX audit_log_by_time ON audit_log (at DESC, id DESC);
CREATE INDEX audit_log_by_actor ON audit_log (actor, at DESC, id DESC);
CREATE INDEX audit_log_by_action ON audit_log (action, at DESC, id DESC);
CREATE INDEX audit_log_by_target ON audit_log (target, at DESC, id DESC);
DROP INDEX audit_log_of_shop;
CREATE INDEX audit_log_of_shop ON audit_log (shop_id, at DESC, id DESC);

-- One page of the audit of all shops, newest first, after a row of the page before. A null filter is none.
-- Written as text, so that each call is planned for the filters it has: a plan for all of them would use no index.
CREATE FUNCTION list_audit(wanted_shop uuid, wanted_actor text, wanted_action text, wanted_target text, from_at timestamptz, until_at timestamptz,
  after_at timestamptz, after_id bigint, page_size integer)
RETURNS TABLE (id bigint, at timestamptz, shop_id uuid, domain text, actor text, actor_role text, action text, target text,
  before jsonb, after jsonb, reason text, request_id text)
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, public AS
$$
BEGIN
  RETURN QUERY EXECUTE
    'SELECT a.id, a.at::timestamptz, a.shop_id, s.domain, a.actor, a.actor_role, a.action, a.target, a.before, a.after, a.reason, a.request_id
     FROM (SELECT * FROM public.audit_log l WHERE true'
    || CASE WHEN wanted_shop IS NULL THEN '' ELSE ' AND l.shop_id = $1' END
    || CASE WHEN wanted_actor IS NULL THEN '' ELSE ' AND l.actor = $2' END
    || CASE WHEN wanted_action IS NULL THEN '' ELSE ' AND l.action = $3' END
    || CASE WHEN wanted_target IS NULL THEN '' ELSE ' AND l.target = $4' END
    || CASE WHEN from_at IS NULL THEN '' ELSE ' AND l.at >= $5' END
    || CASE WHEN until_at IS NULL THEN '' ELSE ' AND l.at < $6' END
    || CASE WHEN after_at IS NULL THEN '' ELSE ' AND (l.at, l.id) < ($7, $8)' END
    || ' ORDER BY l.at DESC, l.id DESC LIMIT $9) a
     LEFT JOIN public.shops s ON s.id = a.shop_id ORDER BY a.at DESC, a.id DESC'
  USING wanted_shop, wanted_actor, wanted_action, wanted_target, from_at, until_at, after_at, after_id, page_size;
END $$;

-- Every action there is a row of, by jumping from one to the next in the index.
CREATE FUNCTION list_audit_actions() RETURNS SETOF text
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public AS
$$
  WITH RECURSIVE found AS (
    (SELECT action FROM public.audit_log ORDER BY action LIMIT 1)
    UNION ALL
    SELECT (SELECT l.action FROM public.audit_log l WHERE l.action > f.action ORDER BY l.action LIMIT 1) FROM found f WHERE f.action IS NOT NULL
  )
  SELECT action FROM found WHERE action IS NOT NULL
$$;

-- Per source over all installed shops: connectors, and those that fail now by the facts as they stand; a row for all of them
-- (no reason), and one for each reason. Names no shop.
CREATE FUNCTION list_failing_sources(as_of timestamptz, sources text[], warnings integer[], grace_minutes integer, soft_failures integer, own_reasons text[])
RETURNS TABLE (source text, reason text, connectors integer, shops integer, since timestamptz)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public AS
$$
  WITH facts AS (
    SELECT c.shop_id, c.id, c.source,
      CASE
        WHEN n.status = 'inactive' THEN 'connection_disabled'
        WHEN c.failures_in_a_row > 0 AND c.last_failure_reason = ANY (own_reasons) THEN c.last_failure_reason
        WHEN c.failures_in_a_row >= soft_failures THEN coalesce(c.last_failure_reason, 'unknown')
        WHEN c.last_succeeded_at IS NULL AND c.running_since IS NOT NULL AND as_of - c.first_run_started_at <= make_interval(mins => grace_minutes) THEN NULL
        WHEN public.late_severity(floor(extract(epoch FROM
          CASE WHEN c.engine = 'airbyte' AND w.unreachable_since IS NOT NULL THEN least(as_of, coalesce(w.last_polled_at, w.unreachable_since)) ELSE as_of END
          - coalesce(c.last_succeeded_at, c.created_at)) / 60)::integer, coalesce(c.sla_warning_minutes, l.warning)) IS NOT NULL
          THEN CASE WHEN c.last_succeeded_at IS NULL THEN 'never_synced' ELSE 'late' END
      END AS reason
    FROM public.connectors c
    JOIN public.shops s ON s.id = c.shop_id AND s.uninstalled_at IS NULL
    JOIN unnest(sources, warnings) AS l (source, warning) ON l.source = c.source
    LEFT JOIN public.connections n ON n.shop_id = c.shop_id AND n.id = c.connection_id
    LEFT JOIN public.airbyte_workspaces w ON w.shop_id = c.shop_id
    WHERE c.paused_at IS NULL
  ), since AS (
    SELECT f.*, CASE WHEN f.reason IS NOT NULL THEN (SELECT min(d.opened_at) FROM public.dq_incidents d WHERE d.shop_id = f.shop_id
      AND d.connector_id = f.id AND d.check_name IN ('freshness', 'sync_failed') AND d.status <> 'resolved') END AS opened_at
    FROM facts f
  )
  SELECT source, 'any', count(*)::integer, count(DISTINCT shop_id)::integer, NULL::timestamptz FROM since GROUP BY source
  UNION ALL
  SELECT source, reason, count(*)::integer, count(DISTINCT shop_id)::integer, min(opened_at) FROM since
  WHERE reason IS NOT NULL GROUP BY GROUPING SETS ((source, reason), (source))
$$;

-- How many shops' Airbyte workspaces are polled, and how many of them do not answer, by why. Names no shop.
CREATE FUNCTION count_unreachable_workspaces() RETURNS TABLE (workspaces integer, reason text, unreachable integer, since timestamptz)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public AS
$$
  WITH polled AS (
    SELECT w.unreachable_since, w.unreachable_reason FROM public.airbyte_workspaces w JOIN public.shops s ON s.id = w.shop_id WHERE s.uninstalled_at IS NULL
  ), total AS (SELECT count(*)::integer AS workspaces FROM polled),
  away AS (SELECT coalesce(unreachable_reason, 'unknown') AS reason, count(*)::integer AS n, min(unreachable_since) AS since
    FROM polled WHERE unreachable_since IS NOT NULL GROUP BY 1)
  SELECT t.workspaces, a.reason, coalesce(a.n, 0), a.since FROM total t LEFT JOIN away a ON true
$$;

REVOKE EXECUTE ON FUNCTION list_audit(uuid, text, text, text, timestamptz, timestamptz, timestamptz, bigint, integer), list_audit_actions(),
  list_failing_sources(timestamptz, text[], integer[], integer, integer, text[]), count_unreachable_workspaces() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION list_audit(uuid, text, text, text, timestamptz, timestamptz, timestamptz, bigint, integer), list_audit_actions(),
  list_failing_sources(timestamptz, text[], integer[], integer, integer, text[]), count_unreachable_workspaces() TO sync_health_app;

-- The beginning of a key, by which a person tells it from another; too short to help anybody guess the rest.
ALTER TABLE ingest_keys ADD COLUMN prefix text NOT NULL DEFAULT '';

-- A person said what a connection feeds, or that it feeds nothing: discovery leaves it alone.
ALTER TABLE connections ADD COLUMN mapped_by_staff boolean NOT NULL DEFAULT false;
