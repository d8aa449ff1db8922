import { randomUUID } from "node:crypto";
import { gzipSync } from "node:zlib";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createDb, db, useDb } from "#app/platform/db.server.ts";
import { withShop } from "#app/platform/tenant.server.ts";
import { action as eventAction, loader as eventLoader } from "#app/routes/api.v1.lineage._index.ts";
import { action as batchAction, loader as batchLoader } from "#app/routes/api.v1.lineage.batch.ts";
import { createTestDatabase, type TestDatabase } from "#e2e/support/database.ts";
import { makeConnector, makeShop } from "#e2e/support/tenants.ts";
import { createIngestKey } from "../ingest-keys/ingest-keys.store.server.ts";
import { listUnmappedLineageJobs, MAX_UNMAPPED_JOBS } from "./lineage-jobs.store.server.ts";

type Json = Record<string, unknown>;
interface Sender {
  shopId: string;
  bearerKey: string;
}

let database: TestDatabase;

beforeAll(async () => {
  database = await createTestDatabase();
});
afterAll(() => database?.drop());

async function makeSender(uninstalledAt: Date | null = null): Promise<Sender & { keyId: string }> {
  const shop = await makeShop(database.owner, { uninstalledAt });
  const key = await withShop(shop.id, (tx) => createIngestKey(tx, shop.id, new Date()));
  return { shopId: shop.id, bearerKey: key.bearerKey, keyId: key.id };
}

const doors = {
  "/api/v1/lineage": { action: eventAction, loader: eventLoader },
  "/api/v1/lineage/batch": { action: batchAction, loader: batchLoader },
};
type Door = keyof typeof doors;
const paths = Object.keys(doors) as Door[];

/** What the routes answer to a request as it comes over the wire. */
function send(path: Door, init: { method?: string; body?: BodyInit; headers?: Record<string, string> }) {
  const request = new Request(`https://sync.example${path}`, { method: "POST", ...init });
  const call = { request, params: {}, context: {} };
  return ["GET", "HEAD"].includes(request.method)
    ? Promise.resolve(doors[path].loader(call))
    : doors[path].action(call);
}

const headersOf = ({ bearerKey }: Sender, headers: Record<string, string> = {}) => ({
  authorization: `Bearer ${bearerKey}`,
  "content-type": "application/json",
  ...headers,
});
const post = (sender: Sender, body: unknown, path: Door = "/api/v1/lineage") =>
  send(path, { body: typeof body === "string" ? body : JSON.stringify(body), headers: headersOf(sender) });

async function answerTo(sender: Sender, body: unknown, path?: Door) {
  const answer = await post(sender, body, path);
  return [answer.status, await answer.json()];
}
const recorded = [200, { status: "recorded" }];
const ignored = (reason: string) => [200, { status: "ignored", reason }];

const minutesAgo = (minutes: number) => new Date(Date.now() - minutes * 60_000);
const statistics = (outputStatistics: Json) => [
  { namespace: "postgres://warehouse", name: "public.profiles", outputFacets: { outputStatistics } },
];
const event = (eventType: string | undefined, more: Json = {}) => ({
  eventType,
  eventTime: minutesAgo(10).toISOString(),
  run: { runId: randomUUID() },
  job: { namespace: "etl", name: "klaviyo" },
  producer: "https://etl.example/v1",
  schemaURL: "https://openlineage.io/spec/2-0-2/OpenLineage.json#/$defs/RunEvent",
  ...more,
});

const runsOf = async (shopId: string) =>
  (
    await database.owner.query(
      `SELECT c.source, r.external_run_id, r.status, r.queued_at, r.started_at, r.ended_at, r.rows_synced, r.bytes_synced, r.failure_reason, r.error_message
       FROM sync_runs r JOIN connectors c ON c.shop_id = r.shop_id AND c.id = r.connector_id WHERE r.shop_id = $1 ORDER BY 1, 2`,
      [shopId],
    )
  ).rows;
const connectorsOf = async (shopId: string) =>
  (
    await database.owner.query(
      `SELECT source, engine, last_succeeded_at, last_rows_synced, failures_in_a_row, last_failure_reason, running_since
       FROM connectors WHERE shop_id = $1 ORDER BY 1`,
      [shopId],
    )
  ).rows;
const jobsOf = async (shopId: string) =>
  (
    await database.owner.query(
      "SELECT namespace, name, connector_id, unmapped_reason FROM lineage_jobs WHERE shop_id = $1 ORDER BY 1, 2",
      [shopId],
    )
  ).rows;

async function expectNothingWritten(work: () => Promise<void>): Promise<void> {
  const everything = async () => {
    const found = [];
    for (const table of ["sync_runs", "connectors", "lineage_jobs", "dq_checks", "dq_results", "ingest_keys"])
      found.push((await database.owner.query(`SELECT * FROM ${table} ORDER BY 1, 2`)).rows);
    return found;
  };
  const before = await everything();
  await work();
  expect(await everything()).toEqual(before);
}

async function expectProblem(answer: Response, status: number) {
  expect([answer.status, answer.headers.get("content-type")]).toEqual([status, "application/problem+json"]);
  return answer.json();
}

describe("the Python client's documented example", () => {
  // https://github.com/OpenLineage/OpenLineage website/docs/client/python/usage.md ("Full Example Source Code"): a START
  // and a COMPLETE with a nominal time, SQL and code location of the job, and statistics of the output under two names.
  // Put on the wire as its client does (client/python/src/openlineage/client/{serde,transport/http,generated/base}.py):
  // keys sorted, nulls left out, `schemaURL` added, a bearer key, gzip if so configured.
  const producer = "https://github.com/openlineage-user";
  const facet = (file: string, fields: Json) => ({
    _producer: producer,
    _schemaURL: `https://openlineage.io/spec/facets/${file}#/$defs/${file.split("/")[1]!.replace(".json", "")}`,
    ...fields,
  });
  const stats = facet("1-0-2/OutputStatisticsOutputDatasetFacet.json", { rowCount: 123, size: 35_602 });
  const emitted = (eventType: string, runId: string, at: Date) => ({
    eventTime: at.toISOString().replace("Z", "456+00:00"),
    eventType,
    inputs: [
      {
        facets: {
          schema: facet("1-1-1/SchemaDatasetFacet.json", {
            fields: [{ description: "the user id", fields: [], name: "id", type: "BIGINT" }],
          }),
        },
        inputFacets: {},
        name: "temp_demo.user_history",
        namespace: "snowflake://",
      },
    ],
    job: {
      facets: {
        sourceCodeLocation: facet("1-0-1/SourceCodeLocationJobFacet.json", {
          type: "git",
          url: "https://github.com/some/airflow/dags/example/user_trends.py",
        }),
        sql: facet("1-0-1/SQLJobFacet.json", {
          query: "CREATE OR REPLACE TABLE TMP_DEMO.USER_COUNTS AS (…)",
        }),
      },
      name: "user_trends.klaviyo",
      namespace: "python_client",
    },
    outputs: [
      {
        facets: {},
        name: "tmp_demo.user_counts",
        namespace: "snowflake://",
        outputFacets: { outputStatistics: stats, stats },
      },
    ],
    producer,
    run: {
      facets: {
        nominalTime: facet("1-0-1/NominalTimeRunFacet.json", { nominalStartTime: "2022-04-14T01:12:00Z" }),
      },
      runId,
    },
    schemaURL: "https://openlineage.io/spec/2-0-2/OpenLineage.json#/$defs/RunEvent",
  });

  it.each(["identity", "gzip"])("is recorded, sent as %s", async (coding) => {
    const sender = await makeSender();
    const runId = "01938e2a-7f4c-7b1d-9c3e-5a6b7c8d9e0f";
    const [startedAt, endedAt] = [minutesAgo(20), minutesAgo(18)];
    for (const [type, at] of [
      ["START", startedAt],
      ["COMPLETE", endedAt],
    ] as const) {
      const text = JSON.stringify(emitted(type, runId, at));
      const answer = await send("/api/v1/lineage", {
        body: coding === "gzip" ? new Uint8Array(gzipSync(text)) : text,
        headers: headersOf(sender, {
          "user-agent": "python-requests/2.32.3",
          "accept-encoding": "gzip, deflate",
          accept: "*/*",
          ...(coding === "gzip" ? { "content-encoding": "gzip" } : {}),
        }),
      });
      expect([answer.status, await answer.json()]).toEqual(recorded);
    }
    expect(await runsOf(sender.shopId)).toEqual([
      {
        source: "klaviyo",
        external_run_id: runId,
        status: "succeeded",
        queued_at: null,
        started_at: startedAt,
        ended_at: endedAt,
        rows_synced: "123",
        bytes_synced: "35602",
        failure_reason: null,
        error_message: null,
      },
    ]);
    expect(await connectorsOf(sender.shopId)).toMatchObject([
      { source: "klaviyo", engine: "push", last_succeeded_at: endedAt, last_rows_synced: "123" },
    ]);
  });
});

describe("the events of a run", () => {
  const runId = "01938e2a-7f4c-7b1d-9c3e-5a6b7c8d9e0f";
  const at = (minutes: number) => new Date(Date.UTC(2026, 0, 5, 6, minutes)).toISOString();
  const of = (eventType: string | undefined, minutes: number, more: Json = {}) =>
    event(eventType, { run: { runId }, eventTime: at(minutes), ...more });
  const failing = (minutes: number, message: string) =>
    of("FAIL", minutes, { run: { runId, facets: { errorMessage: { message } } } });

  function permutations<T>(items: readonly T[]): T[][] {
    if (items.length < 2) return [[...items]];
    return items.flatMap((item, n) => permutations(items.toSpliced(n, 1)).map((rest) => [item, ...rest]));
  }

  it.each([
    [
      "a run that succeeds",
      [
        of("START", 0, { outputs: statistics({ rowCount: 0 }) }),
        of("RUNNING", 2, { outputs: statistics({ rowCount: 700 }) }),
        of("OTHER", 3, { outputs: statistics({ rowCount: 9_999 }) }),
        of("COMPLETE", 5, { outputs: [...statistics({ rowCount: 600 }), ...statistics({ rowCount: 300 })] }),
      ],
      { status: "succeeded", started_at: new Date(at(0)), ended_at: new Date(at(5)), rows_synced: "900" },
    ],
    [
      "a run that fails",
      [of("START", 0), of("RUNNING", 1), failing(4, "401 Client Error: Unauthorized")],
      {
        ...{ status: "failed", started_at: new Date(at(0)), ended_at: new Date(at(4)), rows_synced: null },
        ...{ failure_reason: "credentials", error_message: "401 Client Error: Unauthorized" },
      },
    ],
    [
      "a run that is aborted",
      [of("START", 0), of("ABORT", 2), of("RUNNING", 1)],
      { status: "cancelled", started_at: new Date(at(0)), ended_at: new Date(at(2)) },
    ],
    [
      "a run of which everything is said",
      [of("START", 0), failing(4, "The read operation timed out"), of("COMPLETE", 5), of("ABORT", 6)],
      {
        status: "succeeded",
        started_at: new Date(at(0)),
        ended_at: new Date(at(6)),
        failure_reason: "timed_out",
      },
    ],
  ])(
    "%s end in the same row, in any order, however often, alone or in batches",
    async (_, events, expected) => {
      const lives: (readonly [unknown, Door])[][] = [events, ...permutations(events)].flatMap((order) => {
        const often = [...order, order[0], order.at(-1)];
        const cut = [order.slice(0, 2), [...order.slice(1), ...order], []];
        return [
          often.map((each) => [each, "/api/v1/lineage"] as const),
          cut.map((each) => [each, "/api/v1/lineage/batch"] as const),
        ];
      });
      const left = [];
      for (const life of lives) {
        const sender = await makeSender();
        for (const [body, path] of life) expect((await post(sender, body, path)).status).toBe(200);
        left.push({ runs: await runsOf(sender.shopId), connectors: await connectorsOf(sender.shopId) });
      }
      expect(left[0]!.runs).toMatchObject([{ external_run_id: runId, ...expected }]);
      for (const each of left) expect(each).toEqual(left[0]);
    },
  );

  it("that say nothing of its state make no run, nor a connector", async () => {
    const sender = await makeSender();
    for (const type of ["OTHER", undefined])
      expect(await answerTo(sender, of(type, 0))).toEqual(ignored("no_state"));
    expect([await runsOf(sender.shopId), await connectorsOf(sender.shopId)]).toEqual([[], []]);
    expect(await jobsOf(sender.shopId)).toEqual([]);
  });

  it("judge its connector at once", async () => {
    const sender = await makeSender();
    await post(sender, event("COMPLETE", { eventTime: minutesAgo(60 * 24 * 3).toISOString() }));
    const open = async () =>
      (
        await database.owner.query(
          "SELECT check_name, severity, status FROM dq_incidents WHERE shop_id = $1 AND status <> 'resolved'",
          [sender.shopId],
        )
      ).rows;
    expect(await open()).toEqual([{ check_name: "freshness", severity: "high", status: "open" }]);
    await post(sender, event("COMPLETE"));
    expect(await open()).toEqual([]);
  });

  it("may be of several sources, in one batch", async () => {
    const sender = await makeSender();
    const names = ["klaviyo", "etl/Meta-Ads", "nightly.GA4", "klaviyo"];
    const events = names.map((name) => event("START", { job: { namespace: "etl", name } }));
    expect((await answerTo(sender, events, "/api/v1/lineage/batch"))[1]).toMatchObject({ status: "success" });
    expect((await connectorsOf(sender.shopId)).map(({ source, engine }) => [source, engine])).toEqual([
      ["ga4", "push"],
      ["klaviyo", "push"],
      ["meta_ads", "push"],
    ]);
    expect(await runsOf(sender.shopId)).toHaveLength(4);
  });
});

describe.each(paths)("POST %s", (path) => {
  const body = () => (path === "/api/v1/lineage" ? event("START") : [event("START")]);

  it("refuses whoever has no live key of an installed shop, alike, and writes nothing", async () => {
    const sender = await makeSender();
    const expired = await makeSender();
    await database.owner.query("UPDATE ingest_keys SET expires_at = now() WHERE id = $1", [expired.keyId]);
    const gone = await makeSender(new Date());
    const { rows } = await database.owner.query("SELECT bearer_hash FROM ingest_keys WHERE id = $1", [
      sender.keyId,
    ]);
    const bearers: Record<string, string> = {
      "no header": "",
      "no key": "Bearer ",
      "another scheme": `Basic ${sender.bearerKey}`,
      "the key alone": sender.bearerKey,
      "two keys": `Bearer ${sender.bearerKey} ${sender.bearerKey}`,
      "an unknown key": `Bearer shk_${"x".repeat(43)}`,
      "a key in other letters": `Bearer ${sender.bearerKey.toUpperCase()}`,
      "a key's beginning": `Bearer ${sender.bearerKey.slice(0, -1)}`,
      "a key's hash": `Bearer ${rows[0].bearer_hash}`,
      "an expired key": `Bearer ${expired.bearerKey}`,
      "a key of a shop that uninstalled": `Bearer ${gone.bearerKey}`,
      "a session token": "Bearer eyJhbGciOiJIUzI1NiJ9.eyJkZXN0IjoiaHR0cHM6Ly9hIn0.c2ln",
    };
    const seen = new Set<string>();
    await expectNothingWritten(async () => {
      for (const [what, authorization] of Object.entries(bearers)) {
        const answer = await send(path, {
          body: JSON.stringify(body()),
          headers: { authorization, "content-type": "application/json" },
        });
        expect([what, answer.status, answer.headers.get("www-authenticate")]).toEqual([what, 401, "Bearer"]);
        const { requestId: _, ...problem } = await expectProblem(answer, 401);
        seen.add(JSON.stringify(problem));
      }
    });
    expect(seen.size).toBe(1);
  });

  it("takes the scheme in any letters, and notes that the key is in use", async () => {
    const sender = await makeSender();
    const answer = await send(path, {
      body: JSON.stringify(body()),
      headers: { ...headersOf(sender), authorization: `bearer ${sender.bearerKey}` },
    });
    expect([answer.status, answer.headers.get("cache-control")]).toEqual([200, "no-store"]);
    const { rows } = await database.owner.query("SELECT last_used_at FROM ingest_keys WHERE id = $1", [
      sender.keyId,
    ]);
    expect(rows[0].last_used_at).toBeInstanceOf(Date);
  });

  it("writes to the key's own shop, never to another", async () => {
    const [mine, theirs] = [await makeSender(), await makeSender()];
    const theirConnector = await makeConnector(database.owner, theirs.shopId, "recharge");
    await post(mine, body(), path);
    await post(
      mine,
      path === "/api/v1/lineage" ? event("START", { job: { namespace: "n", name: "x" } }) : [],
      path,
    );
    // A mapping to another shop's connector cannot even be stored.
    const forged = database.owner.query(
      "INSERT INTO lineage_jobs (shop_id, namespace, name, connector_id) VALUES ($1, 'etl', 'forged', $2)",
      [mine.shopId, theirConnector.id],
    );
    await expect(forged).rejects.toThrow(/foreign key/);
    expect(await runsOf(mine.shopId)).toHaveLength(1);
    expect([await runsOf(theirs.shopId), await jobsOf(theirs.shopId)]).toEqual([[], []]);
    expect((await connectorsOf(theirs.shopId)).map(({ source }) => source)).toEqual(["recharge"]);
    expect(await withShop(theirs.shopId, (tx) => listUnmappedLineageJobs(tx, mine.shopId))).toEqual([]);
  });

  it("refuses what is no JSON, not declared as JSON, too large or packed as nobody can open it", async () => {
    const sender = await makeSender();
    const text = JSON.stringify(body());
    const bomb = new Uint8Array(gzipSync(Buffer.alloc(50_000_000, " ")));
    await expectNothingWritten(async () => {
      const refusals: [number, BodyInit, Record<string, string>][] = [
        [400, "", {}],
        [400, "{", {}],
        [400, new Uint8Array([0x22, 0xff, 0x22]), {}],
        [400, "[".repeat(500_000), {}],
        [415, text, { "content-type": "text/plain" }],
        [415, text, { "content-type": "application/x-ndjson" }],
        [415, text, { "content-encoding": "br" }],
        [400, text, { "content-encoding": "gzip" }],
        [413, "x".repeat(1_048_577), {}],
        [413, bomb, { "content-encoding": "gzip" }],
      ];
      for (const [status, sent, headers] of refusals)
        await expectProblem(await send(path, { body: sent, headers: headersOf(sender, headers) }), status);
    });
  });

  it("answers 405 to other methods", async () => {
    for (const method of ["GET", "PUT", "DELETE"]) {
      const answer = await send(path, { method });
      expect(answer.headers.get("allow")).toBe("POST, OPTIONS");
      await expectProblem(answer, 405);
    }
  });

  it("answers 503, to be tried again, when the database is gone", async () => {
    const sender = await makeSender();
    const nowhere = createDb("postgres://nobody:x@127.0.0.1:1/nothing");
    const here = db();
    try {
      // biome-ignore lint/correctness/useHookAtTopLevel: not a React hook
      useDb(nowhere);
      const answer = await post(sender, body(), path);
      expect(answer.headers.get("retry-after")).toBe("5");
      expect(JSON.stringify(await expectProblem(answer, 503))).not.toContain("127.0.0.1");
    } finally {
      useDb(here);
      await nowhere.$disconnect();
    }
    expect((await post(sender, body(), path)).status).toBe(200);
  });
});

it("lets 600 requests of a key through in a minute, by both doors together, and says when the next may come", async () => {
  const [sender, other] = [await makeSender(), await makeSender()];
  for (let n = 0; n < 600; n += 50) {
    const answers = await Promise.all(
      Array.from({ length: 50 }, (_, m) => post(sender, "null", paths[m % 2])),
    );
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([400]));
  }
  for (const path of paths) {
    const limited = await post(sender, "null", path);
    await expectProblem(limited, 429);
    expect(Number(limited.headers.get("retry-after"))).toBeGreaterThan(0);
    expect((await post(other, "null", path)).status).toBe(400);
  }
});

describe("a bad event", () => {
  const good = () => event("START");
  it.each<[string, () => unknown, string[]]>([
    ["nothing", () => null, ["body"]],
    ["an array", () => [good()], ["body"]],
    ["an empty object", () => ({}), ["eventTime", "producer", "schemaURL", "run", "job"]],
    ["no time", () => ({ ...good(), eventTime: undefined }), ["eventTime"]],
    ["a time without offset", () => ({ ...good(), eventTime: "2026-11-24T06:00:00" }), ["eventTime"]],
    ["a number for a time", () => ({ ...good(), eventTime: 1_764_000_000 }), ["eventTime"]],
    ["the future", () => ({ ...good(), eventTime: minutesAgo(-6).toISOString() }), ["eventTime"]],
    ["the last century", () => ({ ...good(), eventTime: "1999-12-31T23:59:59Z" }), ["eventTime"]],
    ["no producer", () => ({ ...good(), producer: undefined }), ["producer"]],
    ["no schema", () => ({ ...good(), schemaURL: undefined }), ["schemaURL"]],
    ["an unknown type", () => ({ ...good(), eventType: "DONE" }), ["eventType"]],
    ["no run", () => ({ ...good(), run: undefined, dataset: {} }), ["run"]],
    ["no run id", () => ({ ...good(), run: {} }), ["run.runId"]],
    ["an id that is no UUID", () => ({ ...good(), run: { runId: "run-1" } }), ["run.runId"]],
    ["no job", () => ({ ...good(), job: undefined }), ["job"]],
    ["no job name", () => ({ ...good(), job: { namespace: "etl" } }), ["job.name"]],
    ["no namespace", () => ({ ...good(), job: { name: "klaviyo" } }), ["job.namespace"]],
    ["outputs that are no array", () => ({ ...good(), outputs: {} }), ["outputs"]],
    ["an output without a name", () => ({ ...good(), outputs: [{ namespace: "n" }] }), ["outputs.0.name"]],
    [
      "a row count that is a text",
      () => ({ ...good(), outputs: statistics({ rowCount: "3" }) }),
      ["outputs.0.outputFacets.outputStatistics.rowCount"],
    ],
    [
      "an error that is no text",
      () => ({ ...good(), run: { runId: randomUUID(), facets: { errorMessage: { message: 7 } } } }),
      ["run.facets.errorMessage.message"],
    ],
    [
      "a job's event of the future",
      () => ({ ...good(), run: undefined, eventTime: minutesAgo(-6).toISOString() }),
      ["eventTime"],
    ],
  ])("is 400, with messages per field: %s", async (_, bad, fields) => {
    const sender = await makeSender();
    await expectNothingWritten(async () => {
      const problem = await expectProblem(await post(sender, bad()), 400);
      expect(problem.code).toBe("malformed");
      expect(Object.keys(problem.errors)).toEqual(fields);
    });
  });
});

describe("an event that says nothing of a run", () => {
  it("is 200, ignored", async () => {
    const sender = await makeSender();
    const { run: _, ...ofJob } = event(undefined);
    const { job: __, ...ofDataset } = { ...ofJob, dataset: { namespace: "n", name: "n" } };
    expect(await answerTo(sender, ofJob)).toEqual(ignored("not_a_run"));
    expect(await answerTo(sender, ofDataset)).toEqual(ignored("not_a_run"));
    expect([await connectorsOf(sender.shopId), await jobsOf(sender.shopId)]).toEqual([[], []]);
  });
});

describe("a job", () => {
  const started = (name: string, namespace = "etl") => event("START", { job: { namespace, name } });

  it("that says no source is ignored, and remembered for staff", async () => {
    const sender = await makeSender();
    expect(await answerTo(sender, started("nightly"))).toEqual(ignored("no_such_source"));
    expect(await answerTo(sender, started("nightly"))).toEqual(ignored("no_such_source"));
    expect(await withShop(sender.shopId, (tx) => listUnmappedLineageJobs(tx, sender.shopId))).toEqual([
      {
        ...{ namespace: "etl", name: "nightly", connectorId: null, unmappedReason: "no_such_source" },
        seenAt: expect.any(Date),
      },
    ]);
  });

  it("of a connector that Airbyte syncs is ignored: Airbyte alone says how its runs went", async () => {
    const sender = await makeSender();
    await makeConnector(database.owner, sender.shopId, "klaviyo", { engine: "airbyte" });
    expect(await answerTo(sender, started("klaviyo"))).toEqual(ignored("synced_by_airbyte"));
    expect(await runsOf(sender.shopId)).toEqual([]);
    expect(await jobsOf(sender.shopId)).toMatchObject([{ unmapped_reason: "synced_by_airbyte" }]);
  });

  it("that staff mapped feeds that connector, whatever its name says, until Airbyte syncs it", async () => {
    const sender = await makeSender();
    const { id } = await makeConnector(database.owner, sender.shopId, "recharge");
    await post(sender, started("nightly"));
    await database.owner.query(
      "UPDATE lineage_jobs SET connector_id = $2, unmapped_reason = NULL WHERE shop_id = $1",
      [sender.shopId, id],
    );
    await database.owner.query(
      "INSERT INTO lineage_jobs (shop_id, namespace, name, connector_id) VALUES ($1, 'etl', 'klaviyo', $2)",
      [sender.shopId, id],
    );
    for (const name of ["nightly", "klaviyo"])
      expect(await answerTo(sender, started(name))).toEqual(recorded);
    expect(await answerTo(sender, started("klaviyo", "another"))).toEqual(recorded);
    expect((await runsOf(sender.shopId)).map(({ source }) => source)).toEqual([
      "klaviyo",
      "recharge",
      "recharge",
    ]);
    await database.owner.query("UPDATE connectors SET engine = 'airbyte' WHERE id = $1", [id]);
    expect(await answerTo(sender, started("nightly"))).toEqual(ignored("synced_by_airbyte"));
    expect(await jobsOf(sender.shopId)).toContainEqual({
      ...{ namespace: "etl", name: "nightly", connector_id: id, unmapped_reason: "synced_by_airbyte" },
    });
  });

  it("leaves staff's list when its source is no longer synced by Airbyte", async () => {
    const sender = await makeSender();
    const { id } = await makeConnector(database.owner, sender.shopId, "klaviyo", { engine: "airbyte" });
    await post(sender, started("klaviyo"));
    await database.owner.query("UPDATE connectors SET engine = 'push' WHERE id = $1", [id]);
    expect(await answerTo(sender, started("klaviyo"))).toEqual(recorded);
    expect(await withShop(sender.shopId, (tx) => listUnmappedLineageJobs(tx, sender.shopId))).toEqual([]);
  });

  it("with a hostile name does no harm, and its run is not lost", async () => {
    const sender = await makeSender();
    const hostile = [
      "\0",
      "\ud800",
      "x".repeat(100_000),
      "'; DROP TABLE shops; --",
      "constructor",
      "__proto__",
      "",
    ];
    for (const odd of hostile) {
      expect(await answerTo(sender, started(odd))).toEqual(ignored("no_such_source"));
      expect(await answerTo(sender, started(`${odd}.klaviyo`, odd))).toEqual(recorded);
    }
    expect(await runsOf(sender.shopId)).toHaveLength(hostile.length);
    expect((await jobsOf(sender.shopId)).map(({ name }) => name).sort()).toEqual(
      ["", "'; DROP TABLE shops; --", "__proto__", "constructor"].sort(),
    );
  });

  it("is remembered beside 499 others that feed nothing, the last seen; those that staff mapped are kept", async () => {
    const sender = await makeSender();
    const { id } = await makeConnector(database.owner, sender.shopId, "recharge");
    await database.owner.query(
      "INSERT INTO lineage_jobs (shop_id, namespace, name, connector_id, seen_at) VALUES ($1, 'etl', 'mapped', $2, '2020-01-01Z')",
      [sender.shopId, id],
    );
    await database.owner.query(
      `INSERT INTO lineage_jobs (shop_id, namespace, name, unmapped_reason, seen_at)
       SELECT $1, 'etl', 'old ' || n, 'no_such_source', now() - interval '1 hour' - make_interval(secs => n) FROM generate_series(1, $2::int) n`,
      [sender.shopId, MAX_UNMAPPED_JOBS],
    );
    await post(sender, started("old 500"));
    await post(sender, [started("new 1"), started("new 2")], "/api/v1/lineage/batch");
    const names = (await jobsOf(sender.shopId)).map(({ name }) => name);
    expect(names).toHaveLength(MAX_UNMAPPED_JOBS + 1);
    expect(names).toEqual(
      expect.arrayContaining(["mapped", "new 1", "new 2", "old 1", "old 497", "old 500"]),
    );
    expect(names).not.toContain("old 499");
    expect(names).not.toContain("old 498");
  });

  it("may be reported by many at once, its list full or not", async () => {
    const sender = await makeSender();
    const batch = (seed: number) =>
      Array.from({ length: 100 }, (_, n) => started(n % 4 ? `job ${(n * 7 + seed * 31) % 640}` : "klaviyo"));
    const answers = await Promise.all(
      Array.from({ length: 24 }, (_, seed) => post(sender, batch(seed), "/api/v1/lineage/batch")),
    );
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200]));
    expect((await jobsOf(sender.shopId)).length).toBeLessThanOrEqual(MAX_UNMAPPED_JOBS);
    expect(await runsOf(sender.shopId)).toHaveLength(24 * 25);
  });
});

describe("a batch", () => {
  it("records what is good, and names what is bad", async () => {
    const sender = await makeSender();
    const future = minutesAgo(-60).toISOString();
    const batch = [
      event("START"),
      { run: 1 },
      null,
      event("COMPLETE"),
      event("COMPLETE", { eventTime: future }),
    ];
    expect(await answerTo(sender, batch, "/api/v1/lineage/batch")).toEqual([
      200,
      {
        status: "partial_success",
        summary: { received: 5, successful: 2, failed: 3, retriable: 0, non_retriable: 3 },
        failed_events: [
          { index: 1, retriable: false, reason: expect.stringContaining("eventTime: ") },
          { index: 2, retriable: false, reason: expect.stringMatching(/^body: /) },
          {
            ...{ index: 4, retriable: false },
            reason: "eventTime: must not be more than 5 minutes in the future",
          },
        ],
      },
    ]);
    expect(await runsOf(sender.shopId)).toHaveLength(2);
  });

  it("is a success when all are good, even those that feed nothing", async () => {
    const sender = await makeSender();
    for (const batch of [[], Array.from({ length: 100 }, (_, n) => event(n % 2 ? "START" : "OTHER"))]) {
      const [status, answer] = await answerTo(sender, batch, "/api/v1/lineage/batch");
      expect([status, answer]).toEqual([
        200,
        {
          status: "success",
          summary: {
            ...{ received: batch.length, successful: batch.length },
            ...{ failed: 0, retriable: 0, non_retriable: 0 },
          },
          failed_events: [],
        },
      ]);
    }
  });

  it.each<[string, () => unknown]>([
    ["one event", () => event("START")],
    ["null", () => null],
    ["a text", () => '"START"'],
    ["101 events", () => Array.from({ length: 101 }, () => event("START"))],
  ])("is 400 when it is %s", async (_, batch) => {
    const sender = await makeSender();
    await expectNothingWritten(async () => {
      const problem = await expectProblem(await post(sender, batch(), "/api/v1/lineage/batch"), 400);
      expect(Object.keys(problem.errors)).toEqual(["body"]);
    });
  });
});

it("answers anything that is JSON with 200 or 400, never with our own fault", async () => {
  const sender = await makeSender();
  const odd = fc.oneof(
    fc.constantFrom("\0", "\ud800", "klaviyo\0", "é".repeat(500)),
    fc.string({ unit: "binary" }),
  );
  const anyEvent = fc
    .record({
      eventType: fc.constantFrom("START", "COMPLETE", "FAIL", "ABORT", "OTHER"),
      message: odd,
      name: odd.map((text) => `${text}.klaviyo`),
      namespace: odd,
      rowCount: fc.oneof(fc.integer(), fc.maxSafeInteger(), fc.double()),
      facet: fc.jsonValue(),
      extra: fc.dictionary(odd, fc.jsonValue(), { maxKeys: 3 }),
    })
    .map(({ extra, ...said }) => ({
      ...extra,
      ...event(said.eventType, {
        run: { runId: randomUUID(), facets: { errorMessage: { message: said.message }, odd: said.facet } },
        job: { namespace: said.namespace, name: said.name },
        outputs: statistics({ rowCount: said.rowCount }),
      }),
    }));
  await fc.assert(
    fc.asyncProperty(fc.oneof(anyEvent, fc.jsonValue()), async (body) => {
      expect([200, 400]).toContain((await post(sender, body)).status);
    }),
    { numRuns: 100 },
  );
});
