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
 * graphile-worker's schema, owned by the queue's role, and the app's two doors into it. The app may add jobs and see
 * how the queue stands; it can read no payload and touch no other job.
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

REVOKE EXECUTE ON FUNCTION graphile_worker.sync_health_enqueue(jsonb), graphile_worker.sync_health_queue_depth() FROM PUBLIC;
GRANT USAGE ON SCHEMA graphile_worker TO sync_health_app;
GRANT EXECUTE ON FUNCTION graphile_worker.sync_health_enqueue(jsonb), graphile_worker.sync_health_queue_depth() TO sync_health_app;
`;
