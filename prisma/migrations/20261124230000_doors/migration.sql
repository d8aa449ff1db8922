-- The other doors: Shopify's webhooks are worked in jobs, Airbyte's are hints to confirm, a merchant can ask for a sync.

-- What a webhook asks for waits here for its job; of a payload only what the job needs is kept.
ALTER TABLE webhook_receipts
  ADD COLUMN triggered_at timestamptz(3),
  ADD COLUMN payload jsonb NOT NULL DEFAULT '{}',
  ADD COLUMN handled_at timestamptz(3);
CREATE INDEX webhook_receipts_of_shop ON webhook_receipts (domain, topic, triggered_at);

-- The unguessable part of the address that a workspace's notifications come to; only its hash is kept.
ALTER TABLE airbyte_workspaces ADD COLUMN webhook_token_hash text UNIQUE;

-- What Airbyte's webhook said of a job: unsigned, so it counts once the API confirms the job. It alone knows why a job failed.
CREATE TABLE airbyte_hints (
  shop_id        uuid NOT NULL REFERENCES shops (id) ON DELETE CASCADE,
  job_id         text NOT NULL CHECK (job_id ~ '^[0-9]{1,19}$'),
  event          text NOT NULL,
  failure_reason text,
  error_message  text,
  received_at    timestamptz(3) NOT NULL,
  confirmed_at   timestamptz(3),
  PRIMARY KEY (shop_id, job_id, event)
);
ALTER TABLE airbyte_hints ENABLE ROW LEVEL SECURITY;
CREATE POLICY only_bound_shops ON airbyte_hints USING (shop_id = ANY ((SELECT app_shop_ids())::uuid[]))
  WITH CHECK (shop_id = ANY ((SELECT app_shop_ids())::uuid[]));
GRANT SELECT, INSERT, UPDATE, DELETE ON airbyte_hints TO sync_health_app;

-- Workspaces that Airbyte lists and no shop has, for staff to connect. Belongs to no tenant.
CREATE TABLE airbyte_unmatched_workspaces (
  workspace_id uuid PRIMARY KEY,
  name         text NOT NULL,
  reason       text NOT NULL,
  seen_at      timestamptz(3) NOT NULL
);
GRANT SELECT, INSERT, UPDATE, DELETE ON airbyte_unmatched_workspaces TO sync_health_app;

-- Why a pipeline's job feeds no connector, for staff; null: it does.
ALTER TABLE lineage_jobs ADD COLUMN unmapped_reason text CHECK (unmapped_reason IN ('no_such_source', 'synced_by_airbyte'));

-- A sync that somebody asked for: since when it is on its way, and what came in its way.
ALTER TABLE connectors
  ADD COLUMN sync_requested_at timestamptz(3),
  ADD COLUMN sync_request_problem text CHECK (sync_request_problem IN
    ('connection_disabled', 'connection_missing', 'engine_unreachable', 'engine_refused'));

-- Whose workspace does this address belong to?
CREATE FUNCTION find_airbyte_webhook(hash text) RETURNS TABLE (shop_id uuid, workspace_id uuid)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public AS
$$ SELECT w.shop_id, w.workspace_id FROM public.airbyte_workspaces w JOIN public.shops s ON s.id = w.shop_id
   WHERE w.webhook_token_hash = hash AND s.uninstalled_at IS NULL $$;

-- Shops whose time zone and currency were last read before an instant, the longest unread first.
CREATE FUNCTION list_stale_shop_profiles(read_before timestamptz, wanted integer) RETURNS SETOF uuid
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public AS
$$ SELECT id FROM public.shops WHERE uninstalled_at IS NULL AND coalesce(profile_refreshed_at, '-infinity') < read_before
   ORDER BY profile_refreshed_at NULLS FIRST, id LIMIT wanted $$;

-- As before, but a connector that has been failing for years costs no more than its last hundred failures.
CREATE OR REPLACE FUNCTION fold_connector_facts(wanted_shop uuid, wanted uuid[]) RETURNS void LANGUAGE sql AS $$
  UPDATE connectors c SET
    last_succeeded_at = facts.last_succeeded_at,
    last_rows_synced = facts.last_rows_synced,
    failures_in_a_row = facts.failures_in_a_row,
    last_failure_reason = facts.last_failure_reason,
    last_failed_at = facts.last_failed_at,
    running_since = facts.running_since,
    first_run_started_at = coalesce(least(c.first_run_started_at, facts.first_run_started_at), facts.first_run_started_at)
  FROM (
    SELECT k.id, ok.ended_at AS last_succeeded_at, ok.rows_synced AS last_rows_synced, coalesce(bad.n, 0) AS failures_in_a_row,
           bad.reasons[1] AS last_failure_reason, bad.last_failed_at, busy.running_since, first.first_run_started_at
    FROM connectors k
    LEFT JOIN LATERAL (SELECT r.ended_at, r.rows_synced FROM sync_runs r
      WHERE r.shop_id = k.shop_id AND r.connector_id = k.id AND r.status = 'succeeded' AND r.ended_at IS NOT NULL
      ORDER BY r.ended_at DESC, r.external_run_id DESC LIMIT 1) ok ON true
    LEFT JOIN LATERAL (SELECT count(*)::int AS n, max(f.ended_at) AS last_failed_at,
        array_agg(f.failure_reason ORDER BY f.ended_at DESC, f.external_run_id DESC) AS reasons
      FROM (SELECT r.ended_at, r.external_run_id, coalesce(r.failure_reason, 'unknown') AS failure_reason FROM sync_runs r
            WHERE r.shop_id = k.shop_id AND r.connector_id = k.id AND r.status = 'failed'
              AND r.ended_at > coalesce(ok.ended_at, '-infinity')
            ORDER BY r.ended_at DESC LIMIT 100) f) bad ON true
    LEFT JOIN LATERAL (SELECT min(coalesce(r.started_at, r.queued_at, r.created_at)) AS running_since
      FROM sync_runs r WHERE r.shop_id = k.shop_id AND r.connector_id = k.id AND r.status IN ('queued', 'running')) busy ON true
    LEFT JOIN LATERAL (SELECT min(coalesce(r.started_at, r.queued_at, r.ended_at)) AS first_run_started_at
      FROM sync_runs r WHERE r.shop_id = k.shop_id AND r.connector_id = k.id AND ok.ended_at IS NULL) first ON true
    WHERE k.shop_id = wanted_shop AND k.id = ANY (wanted)
  ) facts
  WHERE c.shop_id = wanted_shop AND c.id = facts.id
$$;

REVOKE EXECUTE ON FUNCTION find_airbyte_webhook(text), list_stale_shop_profiles(timestamptz, integer) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION find_airbyte_webhook(text), list_stale_shop_profiles(timestamptz, integer) TO sync_health_app;
