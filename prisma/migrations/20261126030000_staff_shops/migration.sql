-- Staff see all shops, the worst first; an override of a source's limits may end by itself.

ALTER TABLE shop_health
  -- The worst of the connectors' current severities; null: nothing is wrong.
  ADD COLUMN worst_severity text CHECK (worst_severity IN ('warning', 'high', 'critical')),
  ADD COLUMN open_incidents integer NOT NULL DEFAULT 0,
  -- How urgently somebody should look, higher is worse: by status, then a block, then what is missing from the score.
  ADD COLUMN urgency smallint NOT NULL GENERATED ALWAYS AS (
    CASE status WHEN 'critical' THEN 3000 WHEN 'degraded' THEN 2000 WHEN 'unknown' THEN 1000 ELSE 0 END
    + CASE WHEN blocked THEN 500 ELSE 0 END + 100 - coalesce(score, 100)) STORED;
CREATE INDEX shop_health_worst_first ON shop_health (urgency DESC, shop_id);

ALTER TABLE connectors
  -- When staff's override of the warning threshold ends; null: it stays.
  ADD COLUMN sla_expires_at timestamptz(3) CHECK (sla_expires_at IS NULL OR sla_warning_minutes IS NOT NULL);
CREATE INDEX connectors_sla_expiring ON connectors (shop_id, sla_expires_at) WHERE sla_expires_at IS NOT NULL;

-- For staff: installed shops, the worst first, from after a place in that order. `search`, in lower case and not a
-- pattern: only shops whose domain contains it. Answers what the list shows and nothing of what a shop holds.
CREATE FUNCTION staff_list_shops(search text, after_urgency smallint, after_shop uuid, wanted integer)
RETURNS TABLE (shop_id uuid, domain text, time_zone text, checked_at timestamptz, score smallint, status text, blocked boolean,
  worst_severity text, open_incidents integer, urgency smallint, problem text, problem_since timestamptz)
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, public AS
$$
#variable_conflict use_column
BEGIN
  IF search = '' THEN
    RETURN QUERY
      SELECT h.shop_id, s.domain, s.time_zone, h.checked_at, h.score, h.status, h.blocked, h.worst_severity, h.open_incidents, h.urgency,
        p.title, p.opened_at
      FROM public.shop_health h JOIN public.shops s ON s.id = h.shop_id
      LEFT JOIN LATERAL (SELECT i.title, i.opened_at FROM public.dq_incidents i
        WHERE h.open_incidents > 0 AND i.shop_id = h.shop_id AND i.status <> 'resolved'
        ORDER BY array_position(ARRAY['critical', 'high', 'warning'], i.severity), i.opened_at LIMIT 1) p ON true
      WHERE s.uninstalled_at IS NULL
        AND h.urgency <= after_urgency AND (h.urgency < after_urgency OR h.shop_id > after_shop)
      ORDER BY h.urgency DESC, h.shop_id LIMIT wanted;
  ELSE
    -- The names first: followed in the order of urgency, every shop would be looked up by itself.
    RETURN QUERY
      WITH named AS MATERIALIZED (
        SELECT s.id, s.domain, s.time_zone FROM public.shops s WHERE s.uninstalled_at IS NULL AND position(search IN s.domain) > 0
      ), page AS MATERIALIZED (
        SELECT h.*, n.domain, n.time_zone FROM named n JOIN public.shop_health h ON h.shop_id = n.id
        WHERE h.urgency <= after_urgency AND (h.urgency < after_urgency OR h.shop_id > after_shop)
        ORDER BY h.urgency DESC, h.shop_id LIMIT wanted
      )
      SELECT h.shop_id, h.domain, h.time_zone, h.checked_at, h.score, h.status, h.blocked, h.worst_severity, h.open_incidents, h.urgency,
        p.title, p.opened_at
      FROM page h
      LEFT JOIN LATERAL (SELECT i.title, i.opened_at FROM public.dq_incidents i
        WHERE h.open_incidents > 0 AND i.shop_id = h.shop_id AND i.status <> 'resolved'
        ORDER BY array_position(ARRAY['critical', 'high', 'warning'], i.severity), i.opened_at LIMIT 1) p ON true
      ORDER BY h.urgency DESC, h.shop_id;
  END IF;
END
$$;

-- For the head of that list: how many installed shops there are, by status, and how many have a dashboard held back.
CREATE FUNCTION staff_count_shops() RETURNS TABLE (critical integer, degraded integer, unknown integer, healthy integer, blocked integer)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public AS
$$
  SELECT count(*) FILTER (WHERE h.status = 'critical')::integer, count(*) FILTER (WHERE h.status = 'degraded')::integer,
    count(*) FILTER (WHERE h.status = 'unknown')::integer, count(*) FILTER (WHERE h.status = 'healthy')::integer,
    count(*) FILTER (WHERE h.blocked)::integer
  FROM public.shop_health h JOIN public.shops s ON s.id = h.shop_id WHERE s.uninstalled_at IS NULL
$$;

REVOKE EXECUTE ON FUNCTION staff_list_shops(text, smallint, uuid, integer), staff_count_shops() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION staff_list_shops(text, smallint, uuid, integer), staff_count_shops() TO sync_health_app;
