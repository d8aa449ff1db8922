/**
 * `npm run demo`: the whole product on this machine, with stand-ins for everything outside it. `-- --reset` starts over,
 * `-- --seed-only` ends when the data is written, for whoever wants many demos of the same data.
 */
import { existsSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type Server } from "node:http";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { parseArgs } from "node:util";
import express from "express";
import pg from "pg";
import { runOnePass } from "#app/modules/checks/run-tick.server.ts";
import { assertSafeRole, db } from "#app/platform/db.server.ts";
import { log } from "#app/platform/log.server.ts";
import { saveMetrics } from "#app/platform/metrics.server.ts";
import { closeWarehouse } from "#app/platform/warehouse.server.ts";
import { migrateDatabase } from "#prisma/migrate-database.ts";
import { loadHistory } from "./airbyte/load-rows.ts";
import { pushTables } from "./airbyte/source-kinds.ts";
import { startAirbyteStandIn } from "./airbyte/stand-in.ts";
import { type Child, startChild } from "./children.ts";
import { createControls } from "./controls/controls.ts";
import { type DemoContext, readSecrets, readSettings } from "./demo-context.ts";
import { demoMapping } from "./demo-mapping.ts";
import { eraseCluster, startEmbeddedPostgres } from "./embedded-postgres.ts";
import { createPipelineDoor } from "./pipeline-backfills.ts";
import { type PushTarget, startPushPipeline } from "./push-pipeline.ts";
import { demoShops, rowFactsOf } from "./seed/demo-shops.ts";
import { seedShops } from "./seed/seed-shops.ts";
import { createAdminStandIn } from "./shopify-admin/admin-stand-in.ts";
import { createSinks } from "./sinks.ts";
import { readProviderKeys } from "./staff-provider/keys.ts";
import { personWith } from "./staff-provider/people.ts";
import { createStaffProvider, type StaffProvider, staffClientId } from "./staff-provider/staff-provider.ts";

const { values: flags } = parseArgs({
  options: {
    reset: { type: "boolean", default: false },
    dev: { type: "boolean", default: false },
    "seed-only": { type: "boolean", default: false },
  },
});
const stops: { name: string; stop: () => Promise<unknown> | unknown }[] = [];
const listenHost = process.env.HOST || "127.0.0.1";
let isStopping = false;

/** Ends everything in the reverse order of its start: the database last. */
async function stopAll(exitCode: number): Promise<void> {
  if (isStopping) return;
  isStopping = true;
  for (const { name, stop } of stops.reverse()) {
    try {
      await stop();
    } catch (error) {
      console.error(`Stopping ${name}: ${error instanceof Error ? error.message : error}`);
    }
  }
  process.exit(exitCode);
}

for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(signal, () => void stopAll(0));

try {
  await start();
} catch (error) {
  if (!isStopping)
    console.error(`The demo could not start. ${error instanceof Error ? error.message : error}`);
  await stopAll(1);
}

async function start(): Promise<void> {
  const settings = readSettings();
  const { dataDir, port, adminPort, appUrl, adminUrl } = settings;
  if (flags.reset) {
    eraseCluster(join(dataDir, "postgres"));
    // Only what the demo made: the folder may hold other people's files.
    for (const name of [
      "postgres",
      "airbyte.json",
      "secrets.json",
      "signing-secrets.json",
      "staff-provider.json",
      "warehouse-mapping.json",
      "web.log",
      "worker.log",
    ]) {
      rmSync(join(dataDir, name), { recursive: true, force: true });
    }
  }
  for (const wanted of [port, adminPort, settings.metricsPort]) await assertPortIsFree(wanted);
  const secrets = readSecrets(dataDir);

  console.log("Starting PostgreSQL …");
  const postgres = await startEmbeddedPostgres(join(dataDir, "postgres"));
  stops.push({ name: "PostgreSQL", stop: () => postgres.stop() });
  const urls = await prepareDatabase(postgres.url, secrets);
  const owner = new pg.Pool({ connectionString: urls.ownerUrl, max: 5 });
  owner.on("error", () => undefined);
  stops.push({ name: "the owner's connections", stop: () => owner.end() });

  const airbyte = await startAirbyteStandIn({
    clientId: secrets.airbyteClientId,
    clientSecret: secrets.airbyteClientSecret,
    warehouse: owner,
    stateFile: join(dataDir, "airbyte.json"),
  });
  stops.push({ name: "Airbyte", stop: () => airbyte.stop() });
  // The app only ever reads the warehouse.
  await owner.query(
    "GRANT USAGE ON SCHEMA warehouse TO sync_health_app; GRANT SELECT ON ALL TABLES IN SCHEMA warehouse TO sync_health_app",
  );

  writeFileSync(settings.mappingFile, JSON.stringify(demoMapping, null, 2));
  const providerKeys = await readProviderKeys(join(dataDir, "staff-provider.json"));
  const staffProvider = createStaffProvider({ origin: adminUrl, appUrl, keys: providerKeys });
  const env = {
    ...childEnv(settings, secrets, urls, airbyte),
    STAFF_OIDC_ISSUER: staffProvider.issuer,
    STAFF_OIDC_CLIENT_ID: staffClientId,
    STAFF_OIDC_CLIENT_SECRET: providerKeys.clientSecret,
  };
  Object.assign(process.env, env);
  await assertSafeRole(db());
  log.level = process.env.LOG_LEVEL!;
  stops.push({ name: "the app's connections", stop: () => db().$disconnect() });
  stops.push({ name: "the checks' connections", stop: closeWarehouse });

  console.log("Seeding six shops …");
  const keysFile = join(dataDir, "signing-secrets.json");
  const signing = await seedShops(
    owner,
    airbyte,
    appUrl,
    existsSync(keysFile) ? JSON.parse(readFileSync(keysFile, "utf8")) : {},
  );
  writeFileSync(keysFile, JSON.stringify(signing), { mode: 0o600 });
  if (flags["seed-only"]) return stopAll(0);
  const pipeline = { appUrl, secretOf: (shop: string) => signing[shop] ?? "" };
  const read = ({ shop, source }: PushTarget, since: Date, until: Date, asOf = until) => {
    const table = pushTables.find((one) => one.table === source)!;
    const of = demoShops.find(({ domain }) => domain === shop)!;
    return loadHistory(owner, table, rowFactsOf(of, source), since, until, asOf);
  };
  await owner.query("UPDATE connectors SET backfill_url = $1 WHERE engine = 'push'", [
    `${adminUrl}/pipeline/backfills`,
  ]);
  const push = startPushPipeline({
    ...pipeline,
    load: read,
    targets: demoShops.flatMap((shop) =>
      shop.pushed
        .filter((source) => shop.state !== "late" || source !== "attentive")
        .map((source) => ({ shop: shop.domain, source })),
    ),
  });
  stops.push({ name: "the push pipeline", stop: () => push.stop() });

  // In this process: a new one for each pass would take longer to start than the pass takes.
  const runChecks = async (shopId?: string) => {
    const done = await runOnePass(new Date(), shopId ? [shopId] : undefined, "full");
    await saveMetrics();
    return done;
  };
  await startOutside(
    settings,
    secrets,
    { owner, airbyte, push },
    { runChecks, staffProvider },
    createPipelineDoor({
      ...pipeline,
      // A day's figures stand under its name; read in the middle of it, it and the day before are read as they are now.
      load: (target, firstDay, lastDay) =>
        read(target, new Date(`${firstDay}T12:00Z`), new Date(`${lastDay}T12:00Z`), new Date()),
    }),
  );

  const children: Child[] = [];
  stops.push({ name: "web and worker", stop: () => Promise.all(children.map((child) => child.stop())) });
  const startOwn = (name: string, script: string) =>
    children.push(
      startChild({
        name,
        script,
        env,
        dataDir,
        onExit: (code) => {
          if (isStopping) return;
          console.error(
            `The ${name} ended (code ${code}). Its last words are in ${join(dataDir, `${name}.log`)}.`,
          );
          void stopAll(1);
        },
      }),
    );
  // It only shows what is: while it starts, the checks are run. The worker would run them too.
  startOwn("web", "app/server.ts");
  const { rowCount: leftBehind } = await owner.query(
    "SELECT 1 FROM dq_incidents WHERE status <> 'resolved' LIMIT 1",
  );
  await runChecks();
  // What an earlier run left behind is over at the second evaluation in a row.
  if (leftBehind) await runChecks();
  startOwn("worker", "jobs/worker.ts");
  await waitUntilReady(appUrl, dataDir);
  console.log(`\nSync Health demo: ${adminUrl}\nStaff sign in on port ${port}, at /staff.\n`);
}

/** Slack, PagerDuty, Shopify's API and its admin, the staff's sign-in, and the controls, on the port beside the app's. */
async function startOutside(
  { appUrl, adminPort }: ReturnType<typeof readSettings>,
  secrets: ReturnType<typeof readSecrets>,
  context: DemoContext,
  {
    runChecks,
    staffProvider,
  }: { runChecks: (shopId?: string) => Promise<object>; staffProvider: StaffProvider },
  pipelines: express.Router,
): Promise<void> {
  const { router: sinks, received } = createSinks();
  const outside = express().disable("x-powered-by");
  outside.use(sinks);
  outside.use(pipelines);
  outside.use(staffProvider.router);
  outside.use(
    createControls({
      context,
      secrets,
      received,
      runChecks,
      staffToken: (role) => staffProvider.accessTokenOf(personWith(role).sub),
    }),
  );
  outside.use(
    createAdminStandIn({
      appUrl,
      apiKey: secrets.apiKey,
      apiSecret: secrets.apiSecret,
      port: adminPort,
      listShops: async () => demoShops.map(({ domain, state }) => ({ shop: domain, state })),
    }),
  );
  const server = await listen(createServer(outside), adminPort);
  stops.push({
    name: "the admin",
    stop: () => {
      server.closeAllConnections();
      return new Promise((done) => server.close(done));
    },
  });
}

async function prepareDatabase(
  superuserUrl: string,
  secrets: { webPassword: string; queuePassword: string },
) {
  const at = (user: string | null, password = "") => {
    const url = new URL(superuserUrl);
    url.pathname = "/sync_health";
    if (user) Object.assign(url, { username: user, password });
    return url.href;
  };
  const urls = {
    ownerUrl: at(null),
    appUrl: at("sync_health_web", secrets.webPassword),
    queueUrl: at("sync_health_queue", secrets.queuePassword),
  };
  const admin = new pg.Client({ connectionString: superuserUrl });
  await admin.connect();
  const { rowCount } = await admin.query("SELECT 1 FROM pg_database WHERE datname = 'sync_health'");
  if (!rowCount) await admin.query("CREATE DATABASE sync_health");
  await admin.end();
  await migrateDatabase(urls);
  return urls;
}

function childEnv(
  settings: ReturnType<typeof readSettings>,
  secrets: ReturnType<typeof readSecrets>,
  urls: { appUrl: string; queueUrl: string },
  airbyte: { url: string; configUrl: string },
): NodeJS.ProcessEnv {
  return {
    ...process.env,
    NODE_ENV: flags.dev ? "development" : "production",
    ...(flags.dev ? { SYNC_HEALTH_DEV: "1" } : {}),
    DATABASE_URL: urls.appUrl,
    QUEUE_DATABASE_URL: urls.queueUrl,
    APP_ENCRYPTION_KEY: secrets.encryptionKey,
    SHOPIFY_API_KEY: secrets.apiKey,
    SHOPIFY_API_SECRET: secrets.apiSecret,
    SHOPIFY_APP_URL: settings.appUrl,
    APP_BRIDGE_URL: `${settings.adminUrl}/app-bridge.js`,
    ADMIN_ORIGIN: settings.adminUrl,
    PORT: String(settings.port),
    // Its tokens are handed to anyone who asks: for this machine only, unless somebody wants otherwise.
    HOST: listenHost,
    METRICS_PORT: String(settings.metricsPort),
    LOG_LEVEL: process.env.LOG_LEVEL ?? "warn",
    WAREHOUSE_MAPPING_FILE: settings.mappingFile,
    AIRBYTE_API_URL: airbyte.url,
    AIRBYTE_CONFIG_API_URL: airbyte.configUrl,
    AIRBYTE_CLIENT_ID: secrets.airbyteClientId,
    AIRBYTE_CLIENT_SECRET: secrets.airbyteClientSecret,
    SLACK_DQ_WEBHOOK_URL: `${settings.adminUrl}/slack/services/demo`,
    PAGERDUTY_DQ_ROUTING_KEY: "demo-routing-key",
    PAGERDUTY_EVENTS_URL: `${settings.adminUrl}/pagerduty`,
    // No shop of the demo is a real one: what is meant for Shopify's API stays on this machine.
    SHOPIFY_API_STAND_IN: `${settings.adminUrl}/shopify-api`,
    NODE_OPTIONS: `--import=${pathToFileURL(join(import.meta.dirname, "redirect-shopify-api.ts")).href}`,
    SUPPORT_EMAIL: "support@example.com",
  };
}

async function waitUntilReady(appUrl: string, dataDir: string): Promise<void> {
  const deadline = Date.now() + 60_000;
  while (Date.now() < deadline && !isStopping) {
    const response = await fetch(`${appUrl}/readyz`, { signal: AbortSignal.timeout(2_000) }).catch(
      () => null,
    );
    if (response?.ok) return;
    await new Promise((done) => setTimeout(done, 200));
  }
  if (!isStopping)
    throw new Error(`The app did not become ready within a minute; see web.log in ${dataDir}.`);
}

async function assertPortIsFree(port: number): Promise<void> {
  const probe = await listen(createServer(), port);
  await new Promise((done) => probe.close(done));
}

function listen(server: Server, port: number): Promise<Server> {
  return new Promise((done, fail) => {
    server.once("error", (error: NodeJS.ErrnoException) =>
      fail(
        error.code === "EADDRINUSE"
          ? new Error(`Port ${port} is taken. Stop what uses it, or choose others: PORT=4000 npm run demo.`)
          : error,
      ),
    );
    server.listen(port, listenHost, () => done(server));
  });
}
