import type pg from "pg";
import { createIngestKey } from "#app/modules/ingest-keys/ingest-keys.store.server.ts";
import { withShop } from "#app/platform/tenant.server.ts";
import { type AirbyteStandIn, startAirbyteStandIn } from "#demo/airbyte/stand-in.ts";
import type { StaffAnchor } from "./staff-doors.ts";

const access = { clientId: "staff-tests", clientSecret: "staff-tests-secret" };
const workspaceId = "6a7b0c1d-0000-4000-8000-00000000000a";

/** An Airbyte with one workspace that has GA4, and the variables by which the app knows it. */
export async function startAirbyte(): Promise<AirbyteStandIn & { environment: Record<string, string> }> {
  const airbyte = await startAirbyteStandIn({ ...access, warehouse: null });
  airbyte.seedWorkspace({
    workspaceId,
    name: "mine.myshopify.com",
    shopDomain: "mine.myshopify.com",
    connections: [{ kind: "google-analytics-data-api", everyMinutes: null }],
  });
  return {
    ...airbyte,
    environment: {
      AIRBYTE_API_URL: airbyte.url,
      AIRBYTE_CLIENT_ID: access.clientId,
      AIRBYTE_CLIENT_SECRET: access.clientSecret,
      SLACK_DQ_WEBHOOK_URL: "http://127.0.0.1:9/slack",
    },
  };
}

/** What the addresses of setup and queue name: a key, connections, a pipeline's job, jobs that failed. */
export async function arrangeStaffTools(
  owner: pg.Client,
  airbyte: AirbyteStandIn,
  shopId: string,
  syncedConnectionId: string,
): Promise<Record<"key" | "freeConnection" | "job" | "anotherJob" | "task" | "anotherTask", string>> {
  const [source] = airbyte.connections(workspaceId);
  await owner.query("INSERT INTO airbyte_workspaces (shop_id, workspace_id) VALUES ($1, $2)", [
    shopId,
    workspaceId,
  ]);
  await owner.query("UPDATE connections SET source_id = $2 WHERE id = $1", [
    syncedConnectionId,
    source!.sourceId,
  ]);
  const free = await owner.query<{ id: string }>(
    `INSERT INTO connections (shop_id, engine, external_id, name, unmatched_reason)
     VALUES ($1, 'airbyte', 'free', 'Facebook', 'No source of ours is called "x".') RETURNING id`,
    [shopId],
  );
  await owner.query(
    "INSERT INTO lineage_jobs (shop_id, namespace, name, unmapped_reason) VALUES ($1, 'etl', 'nightly', 'no_such_source')",
    [shopId],
  );
  const { id: key } = await withShop(shopId, (tx) => createIngestKey(tx, shopId, new Date()));
  const [task, anotherTask] = ["alerts.sweep", "backfills.sweep"] as const;
  return {
    key,
    freeConnection: free.rows[0]!.id,
    job: await addFailedJob(owner, "dq.run"),
    anotherJob: await addFailedJob(owner, "airbyte.poll"),
    task: (await addFailedJob(owner, task)) && task,
    anotherTask: (await addFailedJob(owner, anotherTask)) && anotherTask,
  } satisfies Partial<Record<StaffAnchor, string>>;
}

async function addFailedJob(owner: pg.Client, task: string): Promise<string> {
  const { rows } = await owner.query<{ id: string }>(
    "SELECT id::text FROM graphile_worker.add_job($1, max_attempts := 3)",
    [task],
  );
  await owner.query(
    "UPDATE graphile_worker._private_jobs SET attempts = 1, last_error = 'It failed.', run_at = now() + interval '1 day' WHERE id = $1",
    [rows[0]!.id],
  );
  return rows[0]!.id;
}
