-- The foundation: tenants, what syncs, what was judged, what went wrong.
--
-- Conventions
--   * Every tenant table's key begins with shop_id, and every foreign key between tenant tables carries it:
--     row-level security does not look at foreign keys, a composite key does.
--   * Closed sets are text with a CHECK: a value can be added by an additive migration while two versions run.
--   * Instants are timestamptz(3): exactly what a JavaScript Date holds.

-- Group roles. Login roles are made members by prisma/migrate.ts, so grants never depend on a login's name.
DO $$ BEGIN CREATE ROLE sync_health_app NOLOGIN NOBYPASSRLS; EXCEPTION WHEN duplicate_object OR unique_violation THEN NULL; END $$;

-- The shops that this transaction may touch. Set by withShop/withShops; unset means none.
CREATE FUNCTION app_shop_ids() RETURNS uuid[] LANGUAGE sql STABLE PARALLEL SAFE AS
$$ SELECT coalesce(nullif(current_setting('app.shop_ids', true), ''), '{}')::uuid[] $$;

-- ---------------------------------------------------------------------------------------------- tenants
CREATE TABLE shops (
  id                   uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  domain               text NOT NULL UNIQUE CHECK (domain ~ '^[a-z0-9][a-z0-9-]*\.myshopify\.com$'),
  time_zone            text NOT NULL DEFAULT 'UTC',
  currency             text NOT NULL DEFAULT 'USD' CHECK (currency ~ '^[A-Z]{3}$'),
  locale               text NOT NULL DEFAULT 'en',
  scopes               text[] NOT NULL DEFAULT '{}',
  installed_at         timestamptz(3) NOT NULL DEFAULT now(),
  uninstalled_at       timestamptz(3),
  profile_refreshed_at timestamptz(3),
  created_at           timestamptz(3) NOT NULL DEFAULT now()
);

-- What the runner last concluded about a shop. One row per shop, locked while the shop is judged.
CREATE TABLE shop_health (
  shop_id    uuid PRIMARY KEY REFERENCES shops (id) ON DELETE CASCADE,
  checked_at timestamptz(3),
  score      smallint CHECK (score BETWEEN 0 AND 100),
  status     text NOT NULL DEFAULT 'unknown' CHECK (status IN ('healthy', 'degraded', 'critical', 'unknown')),
  blocked    boolean NOT NULL DEFAULT false
);

CREATE TABLE shopify_sessions (
  shop_id                  uuid NOT NULL REFERENCES shops (id) ON DELETE CASCADE,
  id                       text NOT NULL,
  state                    text NOT NULL,
  is_online                boolean NOT NULL DEFAULT false,
  scope                    text,
  expires_at               timestamptz(3),
  access_token_encrypted   text,
  refresh_token_encrypted  text,
  refresh_token_expires_at timestamptz(3),
  user_id                  text,
  created_at               timestamptz(3) NOT NULL DEFAULT now(),
  updated_at               timestamptz(3) NOT NULL DEFAULT now(),
  PRIMARY KEY (shop_id, id)
);

CREATE TABLE shop_settings (
  shop_id    uuid PRIMARY KEY REFERENCES shops (id) ON DELETE CASCADE,
  settings   jsonb NOT NULL DEFAULT '{}',
  updated_at timestamptz(3) NOT NULL DEFAULT now()
);

-- A notice shown on the merchant's Home until dismissed or expired.
CREATE TABLE notices (
  shop_id      uuid NOT NULL REFERENCES shops (id) ON DELETE CASCADE,
  id           uuid NOT NULL DEFAULT gen_random_uuid(),
  kind         text NOT NULL,
  title        text NOT NULL,
  body         text NOT NULL,
  target       jsonb NOT NULL DEFAULT '{}',
  created_at   timestamptz(3) NOT NULL DEFAULT now(),
  dismissed_at timestamptz(3),
  expires_at   timestamptz(3) NOT NULL,
  PRIMARY KEY (shop_id, id)
);

-- ------------------------------------------------------------------------------------------- what syncs
-- A shop's Airbyte workspace and what we know of our own sight of it.
CREATE TABLE airbyte_workspaces (
  shop_id           uuid PRIMARY KEY REFERENCES shops (id) ON DELETE CASCADE,
  workspace_id      uuid NOT NULL UNIQUE,
  jobs_cursor_at    timestamptz(3),
  last_polled_at    timestamptz(3),
  discovered_at     timestamptz(3),
  unreachable_since timestamptz(3),
  unreachable_reason text,
  created_at        timestamptz(3) NOT NULL DEFAULT now()
);

-- What an engine syncs. A connection that matches no source stays here with no connector, listed for staff.
CREATE TABLE connections (
  shop_id       uuid NOT NULL REFERENCES shops (id) ON DELETE CASCADE,
  id            uuid NOT NULL DEFAULT gen_random_uuid(),
  engine        text NOT NULL CHECK (engine IN ('airbyte', 'push')),
  external_id   text NOT NULL,
  name          text NOT NULL,
  status        text NOT NULL DEFAULT 'active' CHECK (status IN ('active', 'inactive', 'deprecated', 'locked')),
  source_id     text,
  destination_id text,
  streams       text[] NOT NULL DEFAULT '{}',
  unmatched_reason text,
  discovered_at timestamptz(3) NOT NULL DEFAULT now(),
  seen_at       timestamptz(3) NOT NULL DEFAULT now(),
  PRIMARY KEY (shop_id, id),
  UNIQUE (shop_id, engine, external_id)
);
-- An engine's connection belongs to one shop only.
CREATE UNIQUE INDEX connections_external_once ON connections (engine, external_id);

CREATE TABLE connectors (
  shop_id              uuid NOT NULL REFERENCES shops (id) ON DELETE CASCADE,
  id                   uuid NOT NULL DEFAULT gen_random_uuid(),
  source               text NOT NULL,
  connection_id        uuid,
  engine               text NOT NULL CHECK (engine IN ('airbyte', 'push')),
  created_at           timestamptz(3) NOT NULL DEFAULT now(),
  paused_at            timestamptz(3),
  -- Staff's override of the source's warning threshold; high is twice, critical four times that.
  sla_warning_minutes  integer CHECK (sla_warning_minutes BETWEEN 1 AND 527040),
  -- Facts folded from sync_runs by record-sync-runs; never written by hand.
  last_succeeded_at    timestamptz(3),
  last_rows_synced     bigint,
  failures_in_a_row    integer NOT NULL DEFAULT 0,
  last_failure_reason  text,
  last_failed_at       timestamptz(3),
  running_since        timestamptz(3),
  first_run_started_at timestamptz(3),
  PRIMARY KEY (shop_id, id),
  UNIQUE (shop_id, source),
  FOREIGN KEY (shop_id, connection_id) REFERENCES connections (shop_id, id) ON DELETE SET NULL (connection_id)
);
CREATE INDEX connectors_by_connection ON connectors (shop_id, connection_id);

-- A pipeline's own job names, mapped to a connector by staff or by rule (OpenLineage).
CREATE TABLE lineage_jobs (
  shop_id      uuid NOT NULL REFERENCES shops (id) ON DELETE CASCADE,
  namespace    text NOT NULL,
  name         text NOT NULL,
  connector_id uuid,
  seen_at      timestamptz(3) NOT NULL DEFAULT now(),
  PRIMARY KEY (shop_id, namespace, name),
  FOREIGN KEY (shop_id, connector_id) REFERENCES connectors (shop_id, id) ON DELETE CASCADE
);

-- Keys by which a shop's own pipelines report. The bearer key is only hashed; the signing secret has to be
-- known to verify an HMAC and is therefore encrypted.
CREATE TABLE ingest_keys (
  shop_id                  uuid NOT NULL REFERENCES shops (id) ON DELETE CASCADE,
  id                       uuid NOT NULL DEFAULT gen_random_uuid(),
  bearer_hash              text NOT NULL UNIQUE,
  signing_secret_encrypted text NOT NULL,
  created_at               timestamptz(3) NOT NULL DEFAULT now(),
  expires_at               timestamptz(3),
  last_used_at             timestamptz(3),
  PRIMARY KEY (shop_id, id)
);

CREATE TABLE sync_runs (
  shop_id         uuid NOT NULL,
  id              uuid NOT NULL DEFAULT gen_random_uuid(),
  connector_id    uuid NOT NULL,
  external_run_id text NOT NULL CHECK (length(external_run_id) BETWEEN 1 AND 200),
  status          text NOT NULL CHECK (status IN ('queued', 'running', 'cancelled', 'failed', 'succeeded')),
  queued_at       timestamptz(3),
  started_at      timestamptz(3),
  ended_at        timestamptz(3),
  rows_synced     bigint CHECK (rows_synced >= 0),
  bytes_synced    bigint CHECK (bytes_synced >= 0),
  failure_reason  text,
  error_message   text,
  created_at      timestamptz(3) NOT NULL DEFAULT now(),
  updated_at      timestamptz(3) NOT NULL DEFAULT now(),
  PRIMARY KEY (shop_id, id),
  UNIQUE (shop_id, connector_id, external_run_id),
  FOREIGN KEY (shop_id, connector_id) REFERENCES connectors (shop_id, id) ON DELETE CASCADE,
  CHECK (ended_at IS NULL OR status IN ('cancelled', 'failed', 'succeeded'))
);
CREATE INDEX sync_runs_latest ON sync_runs (shop_id, connector_id, (coalesce(ended_at, started_at, queued_at, created_at)) DESC);
CREATE INDEX sync_runs_succeeded ON sync_runs (shop_id, connector_id, ended_at DESC) WHERE status = 'succeeded';
CREATE INDEX sync_runs_failed ON sync_runs (shop_id, connector_id, ended_at DESC) WHERE status = 'failed';
CREATE INDEX sync_runs_unfinished ON sync_runs (shop_id, connector_id) WHERE status IN ('queued', 'running');
CREATE INDEX sync_runs_age ON sync_runs (created_at);

-- Folds a shop's sync runs into the facts its connectors are judged by. Reads the runs as they stand, so the result
-- does not depend on the order in which they arrived.
CREATE FUNCTION fold_connector_facts(wanted_shop uuid, wanted uuid[]) RETURNS void LANGUAGE sql AS $$
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
    LEFT JOIN LATERAL (SELECT count(*)::int AS n, max(r.ended_at) AS last_failed_at,
        array_agg(coalesce(r.failure_reason, 'unknown') ORDER BY r.ended_at DESC, r.external_run_id DESC) AS reasons
      FROM sync_runs r WHERE r.shop_id = k.shop_id AND r.connector_id = k.id AND r.status = 'failed'
        AND r.ended_at > coalesce(ok.ended_at, '-infinity')) bad ON true
    LEFT JOIN LATERAL (SELECT min(coalesce(r.started_at, r.queued_at, r.created_at)) AS running_since
      FROM sync_runs r WHERE r.shop_id = k.shop_id AND r.connector_id = k.id AND r.status IN ('queued', 'running')) busy ON true
    LEFT JOIN LATERAL (SELECT min(coalesce(r.started_at, r.queued_at, r.ended_at)) AS first_run_started_at
      FROM sync_runs r WHERE r.shop_id = k.shop_id AND r.connector_id = k.id AND ok.ended_at IS NULL) first ON true
    WHERE k.shop_id = wanted_shop AND k.id = ANY (wanted)
  ) facts
  WHERE c.shop_id = wanted_shop AND c.id = facts.id
$$;

-- --------------------------------------------------------------------------------------- what was judged
CREATE TABLE dq_checks (
  shop_id        uuid NOT NULL,
  connector_id   uuid NOT NULL,
  check_name     text NOT NULL,
  enabled        boolean NOT NULL DEFAULT true,
  thresholds     jsonb NOT NULL DEFAULT '{}',
  -- The current verdict, rewritten only when it changes.
  outcome        text NOT NULL DEFAULT 'not_judged',
  severity       text CHECK (severity IN ('warning', 'high', 'critical')),
  changed_at     timestamptz(3),
  failing_streak integer NOT NULL DEFAULT 0,
  passing_streak integer NOT NULL DEFAULT 0,
  PRIMARY KEY (shop_id, connector_id, check_name),
  FOREIGN KEY (shop_id, connector_id) REFERENCES connectors (shop_id, id) ON DELETE CASCADE
);
CREATE INDEX dq_checks_failing ON dq_checks (shop_id) WHERE severity IS NOT NULL;

-- Every run of every check. Partitioned by month; the tick is part of the key, so a tick is judged once.
CREATE TABLE dq_results (
  shop_id       uuid NOT NULL,
  connector_id  uuid NOT NULL,
  check_name    text NOT NULL,
  evaluated_at  timestamptz(3) NOT NULL,
  -- The day or hour judged; empty for checks of the moment.
  subject       text NOT NULL DEFAULT '',
  outcome       text NOT NULL,
  severity      text CHECK (severity IN ('warning', 'high', 'critical')),
  value         double precision,
  expected_low  double precision,
  expected_high double precision,
  score         double precision,
  sentence      text,
  PRIMARY KEY (shop_id, connector_id, check_name, evaluated_at, subject),
  FOREIGN KEY (shop_id, connector_id) REFERENCES connectors (shop_id, id) ON DELETE CASCADE
) PARTITION BY RANGE (evaluated_at);

CREATE TABLE daily_profiles (
  shop_id          uuid NOT NULL,
  connector_id     uuid NOT NULL,
  day              date NOT NULL,
  row_count        bigint NOT NULL,
  distinct_keys    bigint,
  duplicate_keys   bigint,
  foreign_rows     bigint NOT NULL DEFAULT 0,
  measures         jsonb NOT NULL DEFAULT '{}',
  categories       jsonb NOT NULL DEFAULT '{}',
  newest_record_at timestamptz(3),
  profiled_at      timestamptz(3) NOT NULL,
  PRIMARY KEY (shop_id, connector_id, day),
  FOREIGN KEY (shop_id, connector_id) REFERENCES connectors (shop_id, id) ON DELETE CASCADE
);

CREATE TABLE hourly_profiles (
  shop_id      uuid NOT NULL,
  connector_id uuid NOT NULL,
  hour_at      timestamptz(3) NOT NULL,
  row_count    bigint NOT NULL,
  profiled_at  timestamptz(3) NOT NULL,
  PRIMARY KEY (shop_id, connector_id, hour_at),
  FOREIGN KEY (shop_id, connector_id) REFERENCES connectors (shop_id, id) ON DELETE CASCADE
);

-- Days on which unusual numbers are expected: a sale, a holiday, a paused campaign, a day a person marked.
CREATE TABLE expected_windows (
  shop_id      uuid NOT NULL REFERENCES shops (id) ON DELETE CASCADE,
  id           uuid NOT NULL DEFAULT gen_random_uuid(),
  connector_id uuid,
  start_day    date NOT NULL,
  end_day      date NOT NULL CHECK (end_day >= start_day),
  kind         text NOT NULL CHECK (kind IN ('sale', 'holiday', 'vacation', 'paused_campaign', 'expected')),
  note         text NOT NULL DEFAULT '',
  created_by   text NOT NULL,
  created_at   timestamptz(3) NOT NULL DEFAULT now(),
  PRIMARY KEY (shop_id, id),
  FOREIGN KEY (shop_id, connector_id) REFERENCES connectors (shop_id, id) ON DELETE CASCADE
);

-- -------------------------------------------------------------------------------------- what went wrong
-- A source failing for many shops at once. Belongs to no shop and names none.
CREATE TABLE upstream_events (
  id            uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  source        text NOT NULL,
  started_at    timestamptz(3) NOT NULL,
  ended_at      timestamptz(3),
  severity      text NOT NULL CHECK (severity IN ('warning', 'high', 'critical')),
  shops_affected integer NOT NULL DEFAULT 0
);
CREATE UNIQUE INDEX upstream_events_one_open ON upstream_events (source) WHERE ended_at IS NULL;

CREATE TABLE dq_incidents (
  shop_id               uuid NOT NULL REFERENCES shops (id) ON DELETE CASCADE,
  id                    uuid NOT NULL DEFAULT gen_random_uuid(),
  -- Null for a shop event, which speaks for several connectors.
  connector_id          uuid,
  check_name            text NOT NULL,
  status                text NOT NULL DEFAULT 'open' CHECK (status IN ('open', 'acknowledged', 'resolved')),
  -- The worst it has been; a connector's current severity lives in dq_checks.
  severity              text NOT NULL CHECK (severity IN ('warning', 'high', 'critical')),
  title                 text NOT NULL,
  detail                text NOT NULL,
  opened_at             timestamptz(3) NOT NULL,
  acknowledged_at       timestamptz(3),
  -- Only staff's acknowledgement silences on-call, and only until the severity rises.
  staff_acknowledged_at timestamptz(3),
  resolved_at           timestamptz(3),
  resolution            text CHECK (resolution IN ('auto', 'fixed', 'expected', 'false_alarm', 'other')),
  snoozed_until         timestamptz(3),
  reopened_count        integer NOT NULL DEFAULT 0,
  first_day             date,
  last_day              date,
  parent_id             uuid,
  upstream_event_id     uuid REFERENCES upstream_events (id) ON DELETE SET NULL,
  PRIMARY KEY (shop_id, id),
  FOREIGN KEY (shop_id, connector_id) REFERENCES connectors (shop_id, id) ON DELETE CASCADE,
  FOREIGN KEY (shop_id, parent_id) REFERENCES dq_incidents (shop_id, id) ON DELETE SET NULL (parent_id),
  CHECK ((status = 'resolved') = (resolved_at IS NOT NULL))
);
CREATE UNIQUE INDEX dq_incidents_one_open ON dq_incidents (shop_id, connector_id, check_name) NULLS NOT DISTINCT
  WHERE status <> 'resolved';
CREATE INDEX dq_incidents_latest ON dq_incidents (shop_id, connector_id, check_name, opened_at DESC);
CREATE INDEX dq_incidents_page ON dq_incidents (shop_id, opened_at DESC, id DESC);

CREATE TABLE incident_events (
  shop_id     uuid NOT NULL,
  id          uuid NOT NULL DEFAULT gen_random_uuid(),
  incident_id uuid NOT NULL,
  at          timestamptz(3) NOT NULL,
  kind        text NOT NULL,
  severity    text CHECK (severity IN ('warning', 'high', 'critical')),
  actor_role  text NOT NULL CHECK (actor_role IN ('system', 'merchant', 'support', 'admin')),
  actor       text NOT NULL,
  note        text NOT NULL DEFAULT '',
  PRIMARY KEY (shop_id, id),
  FOREIGN KEY (shop_id, incident_id) REFERENCES dq_incidents (shop_id, id) ON DELETE CASCADE
);
CREATE INDEX incident_events_timeline ON incident_events (shop_id, incident_id, at);

CREATE TABLE maintenance_windows (
  shop_id      uuid NOT NULL REFERENCES shops (id) ON DELETE CASCADE,
  id           uuid NOT NULL DEFAULT gen_random_uuid(),
  connector_id uuid,
  starts_at    timestamptz(3) NOT NULL,
  ends_at      timestamptz(3) NOT NULL CHECK (ends_at > starts_at),
  reason       text NOT NULL,
  created_by   text NOT NULL,
  created_at   timestamptz(3) NOT NULL DEFAULT now(),
  PRIMARY KEY (shop_id, id),
  FOREIGN KEY (shop_id, connector_id) REFERENCES connectors (shop_id, id) ON DELETE CASCADE
);

CREATE TABLE dashboard_lifts (
  shop_id    uuid NOT NULL REFERENCES shops (id) ON DELETE CASCADE,
  id         uuid NOT NULL DEFAULT gen_random_uuid(),
  dashboard  text NOT NULL,
  reason     text NOT NULL,
  created_by text NOT NULL,
  created_at timestamptz(3) NOT NULL DEFAULT now(),
  expires_at timestamptz(3) NOT NULL,
  PRIMARY KEY (shop_id, id)
);

CREATE TABLE alert_deliveries (
  shop_id      uuid NOT NULL,
  id           uuid NOT NULL DEFAULT gen_random_uuid(),
  incident_id  uuid NOT NULL,
  channel      text NOT NULL CHECK (channel IN ('slack', 'pagerduty', 'flow', 'log')),
  event        text NOT NULL,
  severity     text NOT NULL CHECK (severity IN ('warning', 'high', 'critical')),
  state        text NOT NULL CHECK (state IN ('queued', 'held', 'sending', 'sent', 'skipped', 'failed')),
  reason       text NOT NULL DEFAULT '',
  attempts     integer NOT NULL DEFAULT 0,
  created_at   timestamptz(3) NOT NULL DEFAULT now(),
  held_until   timestamptz(3),
  sent_at      timestamptz(3),
  http_status  integer,
  PRIMARY KEY (shop_id, id),
  FOREIGN KEY (shop_id, incident_id) REFERENCES dq_incidents (shop_id, id) ON DELETE CASCADE
);
CREATE INDEX alert_deliveries_of_incident ON alert_deliveries (shop_id, incident_id, channel, created_at DESC);

CREATE TABLE backfill_jobs (
  shop_id         uuid NOT NULL REFERENCES shops (id) ON DELETE CASCADE,
  id              uuid NOT NULL DEFAULT gen_random_uuid(),
  connector_id    uuid NOT NULL,
  connection_id   uuid,
  source          text NOT NULL,
  strategy        text,
  status          text NOT NULL DEFAULT 'queued' CHECK (status IN
    ('queued', 'starting', 'running', 'verifying', 'cancelling', 'needs_operator', 'completed', 'failed', 'cancelled')),
  start_day       date NOT NULL,
  end_day         date NOT NULL CHECK (end_day >= start_day),
  percent         smallint NOT NULL DEFAULT 0 CHECK (percent BETWEEN 0 AND 100),
  rows_loaded     bigint NOT NULL DEFAULT 0,
  eta_seconds     integer,
  attempts        integer NOT NULL DEFAULT 0,
  reason          text,
  result          jsonb,
  engine_state    jsonb NOT NULL DEFAULT '{}',
  idempotency_key text,
  requested_by    text NOT NULL,
  requested_role  text NOT NULL CHECK (requested_role IN ('merchant', 'support', 'admin')),
  created_at      timestamptz(3) NOT NULL DEFAULT now(),
  started_at      timestamptz(3),
  ended_at        timestamptz(3),
  PRIMARY KEY (shop_id, id),
  FOREIGN KEY (shop_id, connector_id) REFERENCES connectors (shop_id, id) ON DELETE CASCADE,
  FOREIGN KEY (shop_id, connection_id) REFERENCES connections (shop_id, id) ON DELETE SET NULL (connection_id)
);
CREATE UNIQUE INDEX backfill_jobs_one_active_per_connector ON backfill_jobs (shop_id, connector_id)
  WHERE status NOT IN ('completed', 'failed', 'cancelled');
CREATE UNIQUE INDEX backfill_jobs_one_active_per_connection ON backfill_jobs (shop_id, connection_id)
  WHERE connection_id IS NOT NULL AND status NOT IN ('completed', 'failed', 'cancelled');
CREATE UNIQUE INDEX backfill_jobs_idempotent ON backfill_jobs (shop_id, connector_id, idempotency_key)
  WHERE idempotency_key IS NOT NULL;
CREATE INDEX backfill_jobs_history ON backfill_jobs (shop_id, connector_id, created_at DESC);

-- ------------------------------------------------------------------------------- who did what; plumbing
CREATE TABLE audit_log (
  id         bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  -- No foreign key: the record outlives what it speaks of.
  shop_id    uuid,
  at         timestamptz(3) NOT NULL DEFAULT now(),
  actor      text NOT NULL,
  actor_role text NOT NULL CHECK (actor_role IN ('system', 'merchant', 'support', 'admin')),
  action     text NOT NULL,
  target     text NOT NULL DEFAULT '',
  before     jsonb,
  after      jsonb,
  reason     text NOT NULL DEFAULT '',
  request_id text NOT NULL DEFAULT ''
);
CREATE INDEX audit_log_of_shop ON audit_log (shop_id, at DESC);

CREATE FUNCTION refuse_audit_change() RETURNS trigger LANGUAGE plpgsql AS
$$ BEGIN RAISE EXCEPTION 'audit_log is append-only: % refused', TG_OP USING ERRCODE = 'insufficient_privilege'; END $$;
CREATE TRIGGER audit_log_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON audit_log
  FOR EACH STATEMENT EXECUTE FUNCTION refuse_audit_change();

-- A Shopify webhook that arrived, so that its second delivery is known. Belongs to no tenant's data.
CREATE TABLE webhook_receipts (
  webhook_id  text PRIMARY KEY,
  topic       text NOT NULL,
  domain      text NOT NULL,
  received_at timestamptz(3) NOT NULL DEFAULT now()
);

-- One row per tick of the runner and per batch of it: a tick runs once, and its progress can be seen.
CREATE TABLE runner_ticks (
  tick_at     timestamptz(3) PRIMARY KEY,
  started_at  timestamptz(3) NOT NULL DEFAULT now(),
  finished_at timestamptz(3),
  batches     integer NOT NULL DEFAULT 0
);
CREATE TABLE runner_batches (
  tick_at     timestamptz(3) NOT NULL REFERENCES runner_ticks (tick_at) ON DELETE CASCADE,
  batch       integer NOT NULL,
  shop_ids    uuid[] NOT NULL,
  finished_at timestamptz(3),
  PRIMARY KEY (tick_at, batch)
);

-- ---------------------------------------------------------------------------------- row-level security
-- `(select app_shop_ids())` in a sub-select is evaluated once per statement, not once per row.
DO $$
DECLARE t text;
BEGIN
  FOREACH t IN ARRAY ARRAY['shop_health', 'shopify_sessions', 'shop_settings', 'notices', 'airbyte_workspaces',
    'connections', 'connectors', 'lineage_jobs', 'ingest_keys', 'sync_runs', 'dq_checks', 'dq_results',
    'daily_profiles', 'hourly_profiles', 'expected_windows', 'dq_incidents', 'incident_events',
    'maintenance_windows', 'dashboard_lifts', 'alert_deliveries', 'backfill_jobs']
  LOOP
    EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', t);
    EXECUTE format('CREATE POLICY only_bound_shops ON %I USING (shop_id = ANY ((SELECT app_shop_ids())::uuid[])) WITH CHECK (shop_id = ANY ((SELECT app_shop_ids())::uuid[]))', t);
    EXECUTE format('GRANT SELECT, INSERT, UPDATE, DELETE ON %I TO sync_health_app', t);
  END LOOP;
END $$;

ALTER TABLE shops ENABLE ROW LEVEL SECURITY;
CREATE POLICY only_bound_shops ON shops USING (id = ANY ((SELECT app_shop_ids())::uuid[]))
  WITH CHECK (id = ANY ((SELECT app_shop_ids())::uuid[]));
GRANT SELECT, UPDATE ON shops TO sync_health_app;

ALTER TABLE audit_log ENABLE ROW LEVEL SECURITY;
CREATE POLICY read_bound_shops ON audit_log FOR SELECT USING (shop_id = ANY ((SELECT app_shop_ids())::uuid[]));
-- Rows of no shop (a sign-in) may be written by the app; reading them is for staff's named functions.
CREATE POLICY write_bound_shops ON audit_log FOR INSERT
  WITH CHECK (shop_id IS NULL OR shop_id = ANY ((SELECT app_shop_ids())::uuid[]));
GRANT SELECT, INSERT ON audit_log TO sync_health_app;

GRANT USAGE ON SCHEMA public TO sync_health_app;
GRANT SELECT ON upstream_events TO sync_health_app;
GRANT SELECT, INSERT, UPDATE ON webhook_receipts, runner_ticks, runner_batches TO sync_health_app;
GRANT DELETE ON webhook_receipts, runner_ticks, runner_batches TO sync_health_app;

-- ------------------------------------------------------------- the few named doors that cross shops
-- Definer functions run as the owner, who is not subject to the policies. Each returns as little as it can.

-- Whose token is this? Null-safe look-up of one shop by its domain.
CREATE FUNCTION find_shop_by_domain(wanted text)
RETURNS TABLE (id uuid, domain text, time_zone text, currency text, locale text, uninstalled_at timestamptz)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public AS
$$ SELECT id, domain, time_zone, currency, locale, uninstalled_at FROM public.shops WHERE domain = wanted $$;

-- An installation: the shop's row and its companions exist afterwards. Returns the shop's id.
CREATE FUNCTION ensure_shop(wanted text) RETURNS uuid
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public AS
$$
DECLARE shop uuid;
BEGIN
  SELECT id INTO shop FROM public.shops WHERE domain = wanted;
  IF shop IS NULL THEN
    INSERT INTO public.shops (domain) VALUES (wanted) ON CONFLICT (domain) DO NOTHING;
    SELECT id INTO shop FROM public.shops WHERE domain = wanted;
  END IF;
  INSERT INTO public.shop_health (shop_id) VALUES (shop) ON CONFLICT DO NOTHING;
  INSERT INTO public.shop_settings (shop_id) VALUES (shop) ON CONFLICT DO NOTHING;
  RETURN shop;
END $$;

-- The installed shops that have anything to judge, in a stable order, for cutting into batches.
CREATE FUNCTION list_shop_ids() RETURNS SETOF uuid
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public AS
$$ SELECT id FROM public.shops WHERE uninstalled_at IS NULL ORDER BY id $$;

-- The Airbyte workspaces to poll.
CREATE FUNCTION list_airbyte_workspaces() RETURNS TABLE (shop_id uuid, workspace_id uuid)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public AS
$$ SELECT w.shop_id, w.workspace_id FROM public.airbyte_workspaces w
   JOIN public.shops s ON s.id = w.shop_id WHERE s.uninstalled_at IS NULL ORDER BY w.shop_id $$;

-- Whose bearer ingest key is this?
CREATE FUNCTION find_ingest_key(hash text) RETURNS TABLE (shop_id uuid, key_id uuid)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public AS
$$ SELECT k.shop_id, k.id FROM public.ingest_keys k WHERE k.bearer_hash = hash
   AND (k.expires_at IS NULL OR k.expires_at > now()) $$;

-- Monthly partitions of dq_results: `months_behind` back to `months_ahead` ahead of this month, in UTC.
-- The app has no right on a partition itself, so nobody can go around the parent's policy.
CREATE FUNCTION ensure_result_partitions(months_behind integer, months_ahead integer) RETURNS integer
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public SET timezone = 'UTC' AS
$$
DECLARE month timestamptz; name text; made integer := 0;
BEGIN
  FOR month IN SELECT generate_series(date_trunc('month', now()) - make_interval(months => months_behind),
                                      date_trunc('month', now()) + make_interval(months => months_ahead), '1 month')
  LOOP
    name := 'dq_results_' || to_char(month, 'YYYY_MM');
    IF to_regclass('public.' || name) IS NULL THEN
      EXECUTE format('CREATE TABLE public.%I PARTITION OF public.dq_results FOR VALUES FROM (%L) TO (%L)',
                     name, month, month + interval '1 month');
      EXECUTE format('ALTER TABLE public.%I ENABLE ROW LEVEL SECURITY', name);
      made := made + 1;
    END IF;
  END LOOP;
  RETURN made;
END $$;

SELECT ensure_result_partitions(13, 3);

REVOKE EXECUTE ON ALL FUNCTIONS IN SCHEMA public FROM PUBLIC;
GRANT EXECUTE ON FUNCTION app_shop_ids(), fold_connector_facts(uuid, uuid[]), find_shop_by_domain(text), ensure_shop(text), list_shop_ids(),
  list_airbyte_workspaces(), find_ingest_key(text), ensure_result_partitions(integer, integer) TO sync_health_app;
