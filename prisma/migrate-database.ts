import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { runMigrations } from "graphile-worker";
import pg from "pg";

const root = fileURLToPath(new URL("..", import.meta.url));

export interface DatabaseUrls {
  ownerUrl: string;
  appUrl: string;
  queueUrl: string;
}

/**
 * Brings a database up to date; safe to run again and while the previous version serves.
 * @throws Error with Prisma's own words when a migration fails
 */
export async function migrateDatabase({ ownerUrl, appUrl, queueUrl }: DatabaseUrls): Promise<void> {
  await promisify(execFile)(
    process.execPath,
    [`${root}node_modules/prisma/build/index.js`, "migrate", "deploy"],
    {
      cwd: root,
      env: {
        ...process.env,
        DATABASE_OWNER_URL: ownerUrl,
        CHECKPOINT_DISABLE: "1",
        PRISMA_HIDE_UPDATE_MESSAGE: "1",
      },
    },
  ).catch((error: Error & { stderr?: string; stdout?: string }) => {
    throw new Error(`Migrating failed. ${error.stderr || error.stdout || error.message}`);
  });
  const owner = new pg.Client({ connectionString: ownerUrl });
  await owner.connect();
  try {
    await ensureLogin(owner, appUrl, "sync_health_app");
    await ensureLogin(owner, queueUrl, null);
    await installQueue(owner, queueUrl);
  } finally {
    await owner.end();
  }
}

/** The login role a URL names exists, can log in with the URL's password, and can bypass nothing. */
async function ensureLogin(owner: pg.Client, url: string, group: string | null): Promise<void> {
  const { username, password } = new URL(url);
  const name = decodeURIComponent(username);
  const exists = await owner.query("SELECT 1 FROM pg_roles WHERE rolname = $1", [name]);
  const role = pg.escapeIdentifier(name);
  if (exists.rowCount === 0) {
    await owner.query(
      `CREATE ROLE ${role} LOGIN NOSUPERUSER NOBYPASSRLS NOCREATEDB NOCREATEROLE PASSWORD ${pg.escapeLiteral(decodeURIComponent(password))}`,
    );
  }
  if (group) await owner.query(`GRANT ${pg.escapeIdentifier(group)} TO ${role}`);
}

/**
 * graphile-worker's schema, owned by the queue's role, and the app's doors into it. The app may add jobs, see how the
 * queue stands and what failed, have failed jobs tried again or given up, and drop the jobs of a shop that is erased; of
 * a payload it sees ids only.
 */
async function installQueue(owner: pg.Client, queueUrl: string): Promise<void> {
  const queueRole = pg.escapeIdentifier(decodeURIComponent(new URL(queueUrl).username));
  const database = pg.escapeIdentifier(
    (await owner.query<{ name: string }>("SELECT current_database() AS name")).rows[0]!.name,
  );
  await owner.query(`GRANT CREATE ON DATABASE ${database} TO ${queueRole}`);
  const pool = new pg.Pool({ connectionString: queueUrl, max: 1 });
  pool.on("error", () => undefined);
  pool.on("connect", (client) => client.on("error", () => undefined));
  try {
    await runMigrations({ pgPool: pool });
    await pool.query(queueDoors);
    await pool.query(shopQueueDoor);
  } finally {
    await pool.end();
    await owner.query(`REVOKE CREATE ON DATABASE ${database} FROM ${queueRole}`);
  }
}

const queueDoors = `
CREATE OR REPLACE FUNCTION graphile_worker.sync_health_enqueue(specs jsonb) RETURNS void
LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog AS $$
  -- A job under way whose key a new one takes is never tried again. If its worker was killed it would stay for good.
  DELETE FROM graphile_worker._private_jobs AS job USING jsonb_array_elements(specs) AS spec
  WHERE job.key = spec->>'jobKey' AND job.locked_at IS NOT NULL AND coalesce(spec->>'jobKeyMode', 'replace') = 'replace';
  SELECT graphile_worker.add_job(
    spec->>'task', coalesce((spec->'payload')::json, '{}'::json),
    run_at := (spec->>'runAt')::timestamptz, max_attempts := (spec->>'maxAttempts')::int,
    job_key := spec->>'jobKey', job_key_mode := coalesce(spec->>'jobKeyMode', 'replace'), priority := (spec->>'priority')::int)
  FROM jsonb_array_elements(specs) AS spec $$;

CREATE OR REPLACE FUNCTION graphile_worker.sync_health_queue_depth()
RETURNS TABLE (ready bigint, scheduled bigint, running bigint, failed bigint, oldest_ready_seconds double precision)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog AS $$
  SELECT count(*) FILTER (WHERE locked_at IS NULL AND run_at <= now() AND attempts < max_attempts),
         count(*) FILTER (WHERE locked_at IS NULL AND run_at > now() AND attempts < max_attempts),
         count(*) FILTER (WHERE locked_at IS NOT NULL),
         count(*) FILTER (WHERE locked_at IS NULL AND attempts >= max_attempts),
         coalesce(extract(epoch FROM now() - min(run_at) FILTER (WHERE locked_at IS NULL AND run_at <= now() AND attempts < max_attempts)), 0)::double precision
  FROM graphile_worker.jobs $$;

CREATE OR REPLACE FUNCTION graphile_worker.sync_health_is_waiting(task text) RETURNS boolean
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog AS $$
  SELECT EXISTS (SELECT 1 FROM graphile_worker.jobs
    WHERE task_identifier = task AND locked_at IS NULL AND run_at <= now() AND attempts < max_attempts) $$;

CREATE OR REPLACE FUNCTION graphile_worker.sync_health_forget_shop(shop uuid) RETURNS integer
LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog AS $$
  WITH gone AS (DELETE FROM graphile_worker._private_jobs WHERE payload->>'shopId' = shop::text RETURNING 1)
  SELECT count(*)::integer FROM gone $$;
REVOKE EXECUTE ON FUNCTION graphile_worker.sync_health_is_waiting(text), graphile_worker.sync_health_forget_shop(uuid) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION graphile_worker.sync_health_is_waiting(text), graphile_worker.sync_health_forget_shop(uuid) TO sync_health_app;

CREATE OR REPLACE FUNCTION graphile_worker.sync_health_queue_tasks()
RETURNS TABLE (task text, ready bigint, scheduled bigint, running bigint, retrying bigint, failed bigint, oldest_due_at timestamptz, running_since timestamptz)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog AS $$
  SELECT task_identifier,
         count(*) FILTER (WHERE locked_at IS NULL AND run_at <= now() AND attempts < max_attempts),
         count(*) FILTER (WHERE locked_at IS NULL AND run_at > now() AND attempts < max_attempts),
         count(*) FILTER (WHERE locked_at IS NOT NULL),
         count(*) FILTER (WHERE locked_at IS NULL AND attempts < max_attempts AND attempts > 0),
         count(*) FILTER (WHERE locked_at IS NULL AND attempts >= max_attempts),
         min(run_at) FILTER (WHERE locked_at IS NULL AND run_at <= now() AND attempts < max_attempts),
         min(locked_at)
  FROM graphile_worker.jobs GROUP BY task_identifier ORDER BY task_identifier $$;

-- Of a payload only what names something: a uuid, an instant, a number or a short word. Facts are no part of one.
CREATE OR REPLACE FUNCTION graphile_worker.sync_health_queue_jobs(wanted_state text, wanted_task text, after_id bigint, page_size integer)
RETURNS TABLE (id text, task text, state text, attempts integer, max_attempts integer, last_error text, run_at timestamptz,
  locked_at timestamptz, created_at timestamptz, updated_at timestamptz, ids json)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog AS $$
  SELECT j.id::text, j.task_identifier, s.state, j.attempts::integer, j.max_attempts::integer, left(j.last_error, 2000), j.run_at, j.locked_at,
    j.created_at, j.updated_at,
    (SELECT coalesce(json_object_agg(e.key, e.value), '{}') FROM json_each_text(p.payload) e
      WHERE json_typeof(p.payload) = 'object' AND e.key ~ '(Id|At|batch|topic)$' AND e.value ~ '^[A-Za-z0-9_.:/+-]{1,64}$')
  FROM graphile_worker.jobs j
  JOIN graphile_worker._private_jobs p ON p.id = j.id
  CROSS JOIN LATERAL (SELECT CASE WHEN j.locked_at IS NOT NULL THEN 'running' WHEN j.attempts >= j.max_attempts THEN 'failed'
    WHEN j.attempts > 0 THEN 'retrying' WHEN j.run_at <= now() THEN 'ready' ELSE 'scheduled' END AS state) s
  WHERE s.state = wanted_state AND (wanted_task IS NULL OR j.task_identifier = wanted_task) AND (after_id IS NULL OR j.id < after_id)
  ORDER BY j.id DESC LIMIT page_size $$;

-- Jobs that failed, for good or so far, are tried from the beginning, now. What runs is left alone.
CREATE OR REPLACE FUNCTION graphile_worker.sync_health_retry_jobs(job_ids bigint[]) RETURNS SETOF text
LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog AS $$
  SELECT r.id::text FROM graphile_worker.reschedule_jobs(
    ARRAY(SELECT j.id FROM graphile_worker.jobs j WHERE j.id = ANY (job_ids) AND j.locked_at IS NULL AND j.attempts > 0), run_at := now(), attempts := 0) r $$;

-- Jobs that failed so far are not tried any more. Their last error is kept.
CREATE OR REPLACE FUNCTION graphile_worker.sync_health_give_up_jobs(job_ids bigint[]) RETURNS SETOF text
LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog AS $$
  SELECT g.id::text FROM graphile_worker.jobs j CROSS JOIN LATERAL graphile_worker.permanently_fail_jobs(ARRAY[j.id], j.last_error) g
  WHERE j.id = ANY (job_ids) AND j.locked_at IS NULL AND j.attempts > 0 AND j.attempts < j.max_attempts $$;

REVOKE EXECUTE ON FUNCTION graphile_worker.sync_health_enqueue(jsonb), graphile_worker.sync_health_queue_depth(), graphile_worker.sync_health_queue_tasks(),
  graphile_worker.sync_health_queue_jobs(text, text, bigint, integer), graphile_worker.sync_health_retry_jobs(bigint[]),
  graphile_worker.sync_health_give_up_jobs(bigint[]) FROM PUBLIC;
GRANT USAGE ON SCHEMA graphile_worker TO sync_health_app;
GRANT EXECUTE ON FUNCTION graphile_worker.sync_health_enqueue(jsonb), graphile_worker.sync_health_queue_depth(), graphile_worker.sync_health_queue_tasks(),
  graphile_worker.sync_health_queue_jobs(text, text, bigint, integer), graphile_worker.sync_health_retry_jobs(bigint[]),
  graphile_worker.sync_health_give_up_jobs(bigint[]) TO sync_health_app;
`;

/** For a shop's page of staff: the jobs whose payload names the shop, and of the payload nothing. */
const shopQueueDoor = `
CREATE OR REPLACE FUNCTION graphile_worker.sync_health_jobs_of_shop(shop uuid, wanted integer)
RETURNS TABLE (id bigint, task text, state text, attempts integer, max_attempts integer, run_at timestamptz, last_error text)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog AS $$
  SELECT j.id, t.identifier, CASE WHEN j.locked_at IS NOT NULL THEN 'running' WHEN j.attempts >= j.max_attempts THEN 'failed'
      WHEN j.run_at > now() THEN 'scheduled' ELSE 'ready' END,
    j.attempts::integer, j.max_attempts::integer, j.run_at, j.last_error
  FROM graphile_worker._private_jobs j JOIN graphile_worker._private_tasks t ON t.id = j.task_id
  WHERE j.payload ->> 'shopId' = shop::text
  ORDER BY (j.attempts >= j.max_attempts AND j.locked_at IS NULL) DESC, j.run_at, j.id LIMIT wanted $$;

REVOKE EXECUTE ON FUNCTION graphile_worker.sync_health_jobs_of_shop(uuid, integer) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION graphile_worker.sync_health_jobs_of_shop(uuid, integer) TO sync_health_app;
`;
