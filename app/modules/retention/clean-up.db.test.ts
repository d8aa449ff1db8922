import { randomUUID } from "node:crypto";
import pg from "pg";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { isStatementTimeout } from "#app/platform/database-trouble.server.ts";
import { db } from "#app/platform/db.server.ts";
import { createTestDatabase, type TestDatabase } from "#e2e/support/database.ts";
import {
  type Anchors,
  insertFullShop,
  insertRow,
  newAnchors,
  type Row,
  tenantRows,
} from "#e2e/support/rows.ts";
import { deleteAged } from "./aged.store.server.ts";
import { cleanUp } from "./clean-up.server.ts";
import { monthsBefore } from "./cutoff.ts";
import { agedTables, erasedTables, retentionRules } from "./retention-rules.ts";

const BATCH_SIZE = 100;
const DAY_MS = 24 * 3_600_000;
const now = new Date();
const cutoff = monthsBefore(now, 13);
const past = (before: Date, ms = 1) => new Date(before.getTime() - ms);
const dayOf = (at: Date) => at.toISOString().slice(0, 10);
const daysAgo = (days: number) => new Date(now.getTime() - days * DAY_MS);

let database: TestDatabase;
let one: Anchors;
let other: Anchors;
beforeAll(async () => {
  process.env.DQ_CLEANUP_BATCH_SIZE = String(BATCH_SIZE);
  database = await createTestDatabase();
});
beforeEach(async () => {
  const shared = ["shops", "alert_deliveries", "upstream_events", "webhook_receipts", "runner_ticks"];
  for (const table of [...shared, "graphile_worker._private_jobs"])
    await database.owner.query(`DELETE FROM ${table}`);
  one = newAnchors();
  other = newAnchors();
  for (const shop of [one, other]) {
    await insertFullShop(database.owner, shop);
    for (const table of [
      "incident_events",
      "alert_deliveries",
      "dq_incidents",
      "sync_runs",
      "backfill_jobs",
      "airbyte_hints",
    ])
      await database.owner.query(`DELETE FROM ${table}`);
  }
});
afterAll(() => database.drop());

const count = async (table: string, where = "true", values: unknown[] = []) =>
  Number((await database.owner.query(`SELECT count(*) FROM ${table} WHERE ${where}`, values)).rows[0].count);
const add = (table: string, of: Anchors, row: Row = {}) =>
  insertRow(database.owner, table, { ...tenantRows[table]!(of), ...row });
const exists = async (table: string, id: string) => (await count(table, "id = $1", [id])) === 1;

const resolved = (at: Date): Row => ({ status: "resolved", resolved_at: at, parent_id: null });
async function addIncident(of: Anchors, row: Row): Promise<string> {
  const id = randomUUID();
  await add("dq_incidents", of, { id, parent_id: null, ...row });
  return id;
}

describe("the rules", () => {
  const tables = async (where = "true") =>
    (
      await database.owner.query(
        `SELECT c.relname AS name FROM pg_class c WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p')
           AND NOT c.relispartition AND c.relname <> '_prisma_migrations' AND ${where} ORDER BY 1`,
      )
    ).rows.map(({ name }) => name);

  test("name every table: how it ages, or why it is kept", async () => {
    expect(Object.keys(retentionRules).sort()).toEqual(await tables());
  });

  test("an erasure empties every table of a shop; the audit has a function of its own", async () => {
    const ofShops = await tables(
      "EXISTS (SELECT FROM pg_attribute a WHERE a.attrelid = c.oid AND a.attname = 'shop_id' AND NOT a.attisdropped)",
    );
    expect([...erasedTables, "audit_log"].sort()).toEqual(ofShops);
  });
});

/** What makes a row of a table as old as the instant says. */
const aged: Record<string, { before: Date; row: (at: Date) => Row; step?: number }> = {
  sync_runs: { before: cutoff, row: (ended_at) => ({ ended_at, external_run_id: randomUUID() }) },
  daily_profiles: { before: cutoff, row: (at) => ({ day: dayOf(at) }), step: DAY_MS },
  hourly_profiles: { before: cutoff, row: (hour_at) => ({ hour_at }) },
  backfill_jobs: { before: cutoff, row: (ended_at) => ({ status: "failed", ended_at, id: randomUUID() }) },
  expected_windows: {
    before: cutoff,
    row: (at) => ({ start_day: "2020-01-01", end_day: dayOf(at) }),
    step: DAY_MS,
  },
  maintenance_windows: { before: cutoff, row: (ends_at) => ({ starts_at: "2020-01-01Z", ends_at }) },
  dashboard_lifts: { before: cutoff, row: (expires_at) => ({ expires_at }) },
  lineage_jobs: { before: cutoff, row: (seen_at) => ({ seen_at, name: randomUUID() }) },
  ingest_keys: { before: cutoff, row: (expires_at) => ({ expires_at, bearer_hash: randomUUID() }) },
  notices: { before: now, row: (expires_at) => ({ expires_at }) },
  airbyte_hints: {
    before: daysAgo(30),
    row: (received_at) => ({ received_at, job_id: String(received_at.getTime()) }),
  },
  shopify_sessions: {
    before: daysAgo(30),
    row: (at) => ({ id: randomUUID(), expires_at: daysAgo(300), refresh_token_expires_at: at }),
  },
};

describe.each(Object.entries(aged))("%s", (table, { before, row, step = 1 }) => {
  test("what is past its time goes, of every shop; what is not by a hair stays", async () => {
    for (const shop of [one, other])
      await database.owner.query(`DELETE FROM ${table} WHERE shop_id = $1`, [shop.shopId]);
    for (const shop of [one, other]) {
      await add(table, shop, row(past(before, step)));
      await add(table, shop, row(past(before, 40 * DAY_MS)));
      await add(table, shop, row(before));
      await add(table, shop, row(new Date(before.getTime() + 20 * DAY_MS)));
    }
    const report = await cleanUp(now);
    expect(report).toMatchObject({ rows: { [table]: 4 }, isComplete: true, failures: [] });
    expect(await count(table)).toBe(4);
    expect((await cleanUp(now)).rows).toEqual({});
  });
});

test("every table that ages is looked at above or below", () => {
  const below = [
    "dq_incidents",
    "alert_deliveries",
    "upstream_events",
    "webhook_receipts",
    "runner_batches",
    "runner_ticks",
  ];
  expect([...Object.keys(aged), ...below].sort()).toEqual(agedTables.map(({ table }) => table).sort());
});

test("13 months before the end of March is the last of February, in a leap year the 29th", async () => {
  for (const [at, kept] of [
    ["2025-03-31T03:00:00Z", "2024-02-29"],
    ["2024-03-31T03:00:00Z", "2023-02-28"],
  ] as const) {
    await database.owner.query("DELETE FROM daily_profiles");
    for (let day = 0; day < 10; day += 1)
      await add("daily_profiles", one, {
        day: dayOf(new Date(Date.parse(`${kept}T00:00:00Z`) + (day - 5) * DAY_MS)),
      });
    expect((await cleanUp(new Date(at))).rows.daily_profiles).toBe(5);
    expect((await database.owner.query("SELECT min(day)::text AS day FROM daily_profiles")).rows[0].day).toBe(
      kept,
    );
  }
});

describe("what a connector is judged by stays", () => {
  const facts = (set: string, values: unknown[] = []) =>
    database.owner.query(`UPDATE connectors SET ${set} WHERE shop_id = '${one.shopId}'`, values);
  const run = async (status: string, ended_at: Date) => {
    const id = randomUUID();
    await add("sync_runs", one, { id, status, ended_at, external_run_id: id });
    return id;
  };

  test("a silent connector's last success, and its failures since", async () => {
    const old = await run("succeeded", past(cutoff, 90 * DAY_MS));
    const lastSuccess = await run("succeeded", past(cutoff, 60 * DAY_MS));
    const failures = [
      await run("failed", past(cutoff, 50 * DAY_MS)),
      await run("failed", past(cutoff, 40 * DAY_MS)),
    ];
    await database.owner.query("SELECT fold_connector_facts($1, ARRAY[$2]::uuid[])", [
      one.shopId,
      one.connectorId,
    ]);
    const before = await database.owner.query("SELECT * FROM connectors WHERE id = $1", [one.connectorId]);
    expect(before.rows[0]).toMatchObject({ failures_in_a_row: 2 });
    await cleanUp(now);
    expect(await exists("sync_runs", old)).toBe(false);
    for (const id of [lastSuccess, ...failures]) expect(await exists("sync_runs", id)).toBe(true);
    await database.owner.query("SELECT fold_connector_facts($1, ARRAY[$2]::uuid[])", [
      one.shopId,
      one.connectorId,
    ]);
    const after = await database.owner.query("SELECT * FROM connectors WHERE id = $1", [one.connectorId]);
    expect(after.rows).toEqual(before.rows);
  });

  test("but not the old failures of one that goes on failing", async () => {
    const failure = await run("failed", past(cutoff, 50 * DAY_MS));
    await facts("failures_in_a_row = 90, last_failed_at = now()");
    await cleanUp(now);
    expect(await exists("sync_runs", failure)).toBe(false);
  });

  test("the runs since an active backfill was asked for", async () => {
    const [earlier, later] = [
      await run("succeeded", past(cutoff, 9 * DAY_MS)),
      await run("succeeded", past(cutoff, DAY_MS)),
    ];
    await add("backfill_jobs", one, { status: "needs_operator", created_at: past(cutoff, 5 * DAY_MS) });
    await facts("last_succeeded_at = now()");
    expect((await cleanUp(now)).rows).toMatchObject({ sync_runs: 1 });
    expect([await exists("sync_runs", earlier), await exists("sync_runs", later)]).toEqual([false, true]);
  });
});

describe("active backfills and open incidents stay whatever their age", () => {
  const old = past(cutoff, 200 * DAY_MS);

  test("with the days that they are about", async () => {
    await database.owner.query("DELETE FROM daily_profiles");
    await add("backfill_jobs", one, { created_at: old, start_day: "2024-01-10", end_day: "2024-01-12" });
    await addIncident(other, { opened_at: old, first_day: "2024-03-03", last_day: null });
    for (const [shop, days] of [
      [one, ["2024-01-08", "2024-01-10", "2024-01-12", "2024-01-20"]],
      [other, ["2024-01-10", "2024-03-01", "2024-03-03", "2024-03-05"]],
    ] as const)
      for (const day of days) {
        await add("daily_profiles", shop, { day });
        await add("hourly_profiles", shop, { hour_at: `${day}T12:00:00Z` });
      }
    await cleanUp(now);
    const left = async (query: string) => (await database.owner.query(query)).rows.map(({ day }) => day);
    const kept = ["2024-01-10", "2024-01-12", "2024-03-03"];
    expect(await left("SELECT day::text FROM daily_profiles ORDER BY 1")).toEqual(kept);
    expect(
      await left(
        "SELECT hour_at::date::text AS day FROM hourly_profiles WHERE hour_at < '2025-01-01' ORDER BY 1",
      ),
    ).toEqual(kept);
    expect(await count("backfill_jobs")).toBe(1);
    expect(await count("dq_incidents")).toBe(1);
  });

  test("every status that is not an end, with its timeline, deliveries, parent and upstream event", async () => {
    const upstream = randomUUID();
    await database.owner.query(
      "INSERT INTO upstream_events (id, source, started_at, ended_at, severity) VALUES ($1, 'meta_ads', $2, $2, 'high')",
      [upstream, old],
    );
    const parent = await addIncident(one, { connector_id: null, check_name: "shop", ...resolved(old) });
    for (const [index, status] of ["open", "acknowledged"].entries()) {
      const incidentId = await addIncident(one, {
        opened_at: old,
        status,
        check_name: `check ${index}`,
        parent_id: parent,
        upstream_event_id: upstream,
      });
      await add("incident_events", { ...one, incidentId }, { at: old });
      await add("alert_deliveries", { ...one, incidentId }, { created_at: old, state: "sent" });
    }
    for (const status of ["queued", "starting", "running", "verifying", "cancelling", "needs_operator"]) {
      await add("backfill_jobs", one, { status, created_at: old });
      await cleanUp(now);
      expect(await count("backfill_jobs", "status = $1", [status])).toBe(1);
      await database.owner.query("UPDATE backfill_jobs SET status = 'completed', ended_at = now()");
    }
    expect([
      await count("dq_incidents"),
      await count("incident_events"),
      await count("alert_deliveries"),
    ]).toEqual([3, 2, 2]);
    expect(await count("upstream_events")).toBe(1);
    expect(await count("dq_incidents", "parent_id = $1 AND upstream_event_id = $2", [parent, upstream])).toBe(
      2,
    );

    // Once they are resolved, and old, all of it goes, in one pass.
    await database.owner.query("UPDATE dq_incidents SET status = 'resolved', resolved_at = $1", [old]);
    expect((await cleanUp(now)).rows).toEqual({
      dq_incidents: 3,
      incident_events: 2,
      alert_deliveries: 2,
      upstream_events: 1,
    });
  });
});

describe("resolved incidents", () => {
  test("go with all that hangs on them; others keep theirs", async () => {
    const ids = [];
    for (const at of [past(cutoff), past(cutoff, 90 * DAY_MS), cutoff, now]) {
      const incidentId = await addIncident(one, { check_name: randomUUID(), ...resolved(at) });
      ids.push(incidentId);
      for (let nth = 0; nth < 3; nth += 1) {
        await add("incident_events", { ...one, incidentId }, { at: past(cutoff, DAY_MS) });
        await add(
          "alert_deliveries",
          { ...one, incidentId },
          { created_at: past(cutoff, DAY_MS), state: "sent" },
        );
      }
    }
    expect((await cleanUp(now)).rows).toEqual({ dq_incidents: 2, incident_events: 6, alert_deliveries: 6 });
    expect(
      (await database.owner.query("SELECT id FROM dq_incidents")).rows.map(({ id }) => id).sort(),
    ).toEqual(ids.slice(2).sort());
    expect([await count("incident_events"), await count("alert_deliveries")]).toEqual([6, 6]);
  });

  test("one with more events than a batch holds loses them first, over several batches", async () => {
    const incidentId = await addIncident(one, resolved(past(cutoff, DAY_MS)));
    await addIncident(one, { check_name: "another", ...resolved(past(cutoff, DAY_MS)) });
    await database.owner.query(
      "INSERT INTO incident_events (shop_id, incident_id, at, kind, actor_role, actor) SELECT $1, $2, now(), 'reopened', 'system', 'system' FROM generate_series(1, 2500)",
      [one.shopId, incidentId],
    );
    const report = await cleanUp(now);
    expect(report.rows).toEqual({ dq_incidents: 2, incident_events: 2500 });
    expect(report.batches).toBeGreaterThan(agedTables.length + 3);
  });
});

describe("what belongs to no shop", () => {
  test("webhooks that were obeyed go after 30 days; one that was not is queued again", async () => {
    for (const [id, received, handled] of [
      ["old", daysAgo(31), now],
      ["young", daysAgo(29), now],
      ["forgotten", daysAgo(31), null],
      ["under way", daysAgo(0), null],
    ] as const)
      await database.owner.query(
        "INSERT INTO webhook_receipts (webhook_id, topic, domain, received_at, handled_at) VALUES ($1, 'SHOP_UPDATE', 'a.myshopify.com', $2, $3)",
        [id, received, handled],
      );
    expect(await cleanUp(now)).toMatchObject({ rows: { webhook_receipts: 1 }, webhooksQueuedAgain: 1 });
    expect(await count("webhook_receipts", "webhook_id = 'old'")).toBe(0);
    const { rows } = await database.owner.query("SELECT payload FROM graphile_worker._private_jobs");
    expect(rows).toEqual([{ payload: { webhookId: "forgotten" } }]);
  });

  test("ticks go after a week, but the last that was finished stays", async () => {
    const ticks = [daysAgo(20), daysAgo(9), daysAgo(8)];
    for (const tick of ticks) {
      await database.owner.query(
        "INSERT INTO runner_ticks (tick_at, finished_at, batches) VALUES ($1, $1, 2)",
        [tick],
      );
      await database.owner.query(
        "INSERT INTO runner_batches (tick_at, batch, shop_ids) SELECT $1, n, '{}' FROM generate_series(0, 1) n",
        [tick],
      );
    }
    expect((await cleanUp(now)).rows).toEqual({ runner_batches: 4, runner_ticks: 2 });
    await database.owner.query("INSERT INTO runner_ticks (tick_at, finished_at) VALUES ($1, $1)", [
      daysAgo(0),
    ]);
    expect((await cleanUp(now)).rows).toEqual({ runner_batches: 2, runner_ticks: 1 });
  });

  test("what a tick's batches were goes after a day, before the tick", async () => {
    for (const tick of [
      new Date(now.getTime() - 25 * 3_600_000),
      new Date(now.getTime() - 23 * 3_600_000),
      now,
    ]) {
      await database.owner.query("INSERT INTO runner_ticks (tick_at, finished_at) VALUES ($1, $1)", [tick]);
      await database.owner.query(
        "INSERT INTO runner_batches (tick_at, batch, shop_ids) VALUES ($1, 0, '{}')",
        [tick],
      );
    }
    expect((await cleanUp(now)).rows).toEqual({ runner_batches: 1 });
    expect(await count("runner_ticks")).toBe(3);
  });

  test("deliveries about no incident, and upstream events that ended, go when they are old and done", async () => {
    const ended = [past(cutoff), cutoff, null];
    for (const ended_at of ended) {
      const id = randomUUID();
      await insertRow(database.owner, "upstream_events", {
        id,
        source: id,
        started_at: past(cutoff, 9 * DAY_MS),
        ended_at,
        severity: "high",
      });
      await insertRow(database.owner, "alert_deliveries", {
        upstream_event_id: id,
        channel: "slack",
        event: "opened",
        severity: "high",
        state: "sent",
        created_at: past(cutoff, 9 * DAY_MS),
      });
    }
    for (const state of ["sent", "queued", "held"])
      await insertRow(database.owner, "alert_deliveries", {
        channel: "slack",
        event: "test",
        severity: "high",
        state,
        created_at: past(cutoff),
      });
    expect((await cleanUp(now)).rows).toEqual({ upstream_events: 1, alert_deliveries: 2 });
    expect(await count("upstream_events")).toBe(2);
    expect(await count("alert_deliveries")).toBe(4);
  });
});

test("what does not age stays: the shop, its connectors, settings, audit, an introduction put away for good", async () => {
  await add("notices", one, { kind: "getting_started", expires_at: "infinity" });
  await add("audit_log", one, { at: "2019-01-01Z" });
  await add("shopify_sessions", one, { expires_at: null });
  await add("shopify_sessions", one, { expires_at: daysAgo(400), refresh_token_expires_at: now });
  const kept = Object.entries(retentionRules).flatMap(([table, { goes }]) =>
    goes === "never" ? [table] : [],
  );
  const sizes = async () => {
    const found: [string, number][] = [];
    for (const table of [...kept, "notices", "shopify_sessions"]) found.push([table, await count(table)]);
    return found;
  };
  const before = await sizes();
  await cleanUp(now);
  expect(await sizes()).toEqual(before);
});

test("of one shop only: the others' rows and what all share stay", async () => {
  for (const shop of [one, other])
    await add("sync_runs", shop, { ended_at: past(cutoff), external_run_id: "old" });
  await addIncident(one, resolved(past(cutoff)));
  await addIncident(other, resolved(past(cutoff)));
  await database.owner.query(
    "INSERT INTO runner_ticks (tick_at, finished_at) VALUES ($1, $1), (now(), now())",
    [daysAgo(20)],
  );
  expect(await cleanUp(now, { shopId: one.shopId })).toMatchObject({
    rows: { sync_runs: 1, dq_incidents: 1 },
    partitionsDropped: [],
    failures: [],
  });
  expect([await count("sync_runs"), await count("dq_incidents"), await count("runner_ticks")]).toEqual([
    1, 1, 2,
  ]);
});

test("the database refuses to delete what is too young, whoever asks", async () => {
  for (const { table } of agedTables)
    await expect(
      db().$queryRaw`SELECT * FROM delete_aged(${table}, '-infinity', now() + interval '1 hour', 10, NULL)`,
      table,
    ).rejects.toThrow(/too young/);
  await expect(db().$queryRaw`SELECT drop_result_partition(now())`).rejects.toThrow(/too young/);
  await expect(
    db().$queryRaw`SELECT * FROM delete_aged('shops', '-infinity', '2020-01-01', 10, NULL)`,
  ).rejects.toThrow(/Nothing is known/);
});

test("a row that somebody holds locked delays nobody, and goes with the next pass", async () => {
  await add("sync_runs", one, { ended_at: past(cutoff), external_run_id: "held" });
  await add("sync_runs", one, { ended_at: past(cutoff), external_run_id: "free" });
  const holder = new pg.Client({ connectionString: database.ownerUrl });
  await holder.connect();
  await holder.query("BEGIN");
  await holder.query("SELECT FROM sync_runs WHERE external_run_id = 'held' FOR UPDATE");
  expect((await cleanUp(now)).rows).toEqual({ sync_runs: 1 });
  await holder.query("ROLLBACK");
  await holder.end();
  expect((await cleanUp(now)).rows).toEqual({ sync_runs: 1 });
});

const addRuns = (rows: number, endedAt: string) =>
  database.owner.query(
    `INSERT INTO sync_runs (shop_id, connector_id, external_run_id, status, ended_at)
     SELECT $1, $2, 'old ' || n, 'cancelled', ${endedAt} FROM generate_series(1, $3::int) n`,
    [one.shopId, one.connectorId, rows],
  );

test("more rows of one and the same age than a batch holds all go, and those before and after them", async () => {
  await addRuns(1000, "now() - interval '15 months' + (n - n % 900) * interval '1 second'");
  await add("sync_runs", one, { ended_at: cutoff, external_run_id: "young" });
  expect((await cleanUp(now)).rows).toEqual({ sync_runs: 1000 });
  expect(await count("sync_runs")).toBe(1);
});

test("one row that is held, among many, keeps no other", async () => {
  await addRuns(1000, "now() - interval '15 months' + n * interval '1 second'");
  const holder = new pg.Client({ connectionString: database.ownerUrl });
  await holder.connect();
  await holder.query("BEGIN");
  await holder.query("SELECT FROM sync_runs WHERE external_run_id = 'old 450' FOR UPDATE");
  expect((await cleanUp(now)).rows).toEqual({ sync_runs: 999 });
  expect(await count("sync_runs", "external_run_id = 'old 450'")).toBe(1);
  await holder.query("ROLLBACK");
  await holder.end();
});

describe("a batch that takes too long", () => {
  beforeEach(() =>
    database.owner.query(
      `CREATE FUNCTION dawdle() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
         IF (SELECT count(*) FROM gone) > ${BATCH_SIZE} THEN PERFORM pg_sleep(60); END IF; RETURN NULL; END $$;
       CREATE TRIGGER dawdle AFTER DELETE ON sync_runs REFERENCING OLD TABLE AS gone EXECUTE FUNCTION dawdle()`,
    ),
  );
  afterEach(() => database.owner.query("DROP FUNCTION dawdle CASCADE"));

  test("is undone, and says so", async () => {
    await addRuns(200, "now() - interval '15 months' + n * interval '1 second'");
    const batch = { since: "-infinity", before: cutoff, shopId: null, withinMs: 100 };
    const error = await deleteAged("sync_runs", { ...batch, wanted: 150 }).catch((thrown: unknown) => thrown);
    expect(isStatementTimeout(error)).toBe(true);
    expect(await count("sync_runs")).toBe(200);
    expect((await deleteAged("sync_runs", { ...batch, wanted: BATCH_SIZE })).gone).toEqual({
      sync_runs: BATCH_SIZE,
    });
  });

  test("is followed by the smallest ones only: the pass comes to its end", async () => {
    await addRuns(600, "now() - interval '15 months' + n * interval '1 second'");
    expect(await cleanUp(now)).toMatchObject({ rows: { sync_runs: 600 }, failures: [] });
  }, 30_000);
});

test("while batches of the runner wait for a worker, nothing is deleted", async () => {
  await add("sync_runs", one, { ended_at: past(cutoff), external_run_id: "old" });
  await database.owner.query("SELECT graphile_worker.add_job('dq.run_batch', '{}')");
  const pass = cleanUp(now);
  await new Promise((done) => setTimeout(done, 1200));
  expect(await count("sync_runs")).toBe(1);
  await database.owner.query("DELETE FROM graphile_worker._private_jobs");
  const report = await pass;
  expect(report.rows).toEqual({ sync_runs: 1 });
  expect(report.restedSeconds).toBeGreaterThan(0.7);
});

test("one table's trouble does not keep the others from ageing, and is told", async () => {
  await add("sync_runs", one, { ended_at: past(cutoff), external_run_id: "old" });
  await add("notices", one, { expires_at: past(now) });
  await database.owner.query(
    "CREATE FUNCTION fail() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'not today'; END $$",
  );
  await database.owner.query("CREATE TRIGGER fail BEFORE DELETE ON sync_runs EXECUTE FUNCTION fail()");
  const report = await cleanUp(now);
  await database.owner.query("DROP FUNCTION fail CASCADE");
  expect(report.failures).toEqual([expect.stringMatching(/^sync_runs: .*not today/s)]);
  expect(report.rows).toEqual({ notices: 1 });
});

test("a pass whose time is up says that it is not complete", async () => {
  await add("sync_runs", one, { ended_at: past(cutoff), external_run_id: "old" });
  expect(await cleanUp(now, { untilMs: 0 })).toMatchObject({ rows: {}, isComplete: false });
  expect(await count("sync_runs")).toBe(1);
});
