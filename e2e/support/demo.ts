import { type ChildProcess, execFile, spawn } from "node:child_process";
import { cpSync, mkdtempSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import type { Summary } from "#app/modules/health/summary.ts";
import { copyCluster, eraseCluster } from "#demo/embedded-postgres.ts";

export interface RunningDemo {
  appUrl: string;
  adminUrl: string;
  metricsUrl: string;
  dataDir: string;
  process: ChildProcess;
  /** As Ctrl-C does; resolves with the exit code when everything is gone. */
  interrupt(): Promise<number | null>;
  shops(): Promise<{ shop: string; state: string }[]>;
  token(shop: string): Promise<string>;
  api(shop: string, path: string, init?: RequestInit): Promise<Response>;
  summary(shop: string): Promise<Summary>;
  scenario(body: object): Promise<void>;
  /** A full pass of the runner; over one shop alone when it is named. */
  runChecks(shop?: string): Promise<void>;
  erase(): void;
}

/**
 * The real demo, as `npm run demo` starts it, on free ports. Resolves when it has printed its address.
 * @param dataDir what an earlier start or `copyDataDir` left; a new folder, and so a start from nothing, when left out
 */
export async function startDemo(dataDir = makeDataDir()): Promise<RunningDemo> {
  const port = await findThreeFreePorts();
  const child = spawn(process.execPath, ["demo/start.ts"], {
    env: envFor(port, dataDir),
    stdio: ["ignore", "pipe", "pipe"],
  });
  let output = "";
  const ended = new Promise<number | null>((done) => child.once("exit", done));
  await new Promise<void>((done, fail) => {
    const hear = (chunk: Buffer) => {
      output += chunk;
      if (output.includes("Sync Health demo: http")) done();
    };
    child.stdout.on("data", hear);
    child.stderr.on("data", hear);
    void ended.then((code) =>
      fail(new Error(`The demo ended with code ${code} before it was ready:\n${output}`)),
    );
  });
  let isAskedToStop = false;
  void ended.then((code) => {
    if (!isAskedToStop) console.error(`The demo ended with code ${code}, unasked:\n${output}`);
  });
  const appUrl = `http://localhost:${port}`;
  const adminUrl = `http://localhost:${port + 1}`;
  const metricsUrl = `http://localhost:${port + 2}/metrics`;
  const token = async (shop: string) => (await fetch(`${adminUrl}/dev/session-token?shop=${shop}`)).text();
  const api = async (shop: string, path: string, init: RequestInit = {}) =>
    fetch(`${appUrl}${path}`, {
      ...init,
      headers: { authorization: `Bearer ${await token(shop)}`, ...init.headers },
    });
  const post = async (path: string, body: object) => {
    const response = await fetch(`${adminUrl}${path}`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify(body),
    });
    if (!response.ok)
      throw new Error(
        `${path} ${JSON.stringify(body)} answered ${response.status}: ${await response.text()}`,
      );
  };
  return {
    appUrl,
    adminUrl,
    metricsUrl,
    dataDir,
    process: child,
    interrupt: () => {
      isAskedToStop = true;
      child.kill("SIGINT");
      return ended;
    },
    shops: async () =>
      (await (await fetch(`${adminUrl}/dev/shops`)).json()) as { shop: string; state: string }[],
    token,
    api,
    summary: async (shop) => (await (await api(shop, "/api/sync-health/summary")).json()) as Summary,
    scenario: (body) => post("/dev/scenario", body),
    runChecks: (shop) => post("/dev/run-checks", { shop }),
    erase: () => eraseDataDir(dataDir),
  };
}

/** The data that a demo starts with, and nothing that has happened since. */
export async function seedDataDir(): Promise<string> {
  const dataDir = makeDataDir();
  await promisify(execFile)(process.execPath, ["demo/start.ts", "--seed-only"], {
    env: envFor(await findThreeFreePorts(), dataDir),
  });
  return dataDir;
}

export async function copyDataDir(from: string): Promise<string> {
  const dataDir = makeDataDir();
  cpSync(from, dataDir, { recursive: true, filter: (path) => path !== join(from, "postgres") });
  await copyCluster(join(from, "postgres"), join(dataDir, "postgres"));
  return dataDir;
}

export function eraseDataDir(dataDir: string): void {
  eraseCluster(join(dataDir, "postgres"));
  rmSync(dataDir, { recursive: true, force: true });
}

const makeDataDir = () => mkdtempSync(join(tmpdir(), "sync-health-e2e-"));

const envFor = (port: number, dataDir: string): NodeJS.ProcessEnv => ({
  ...process.env,
  NODE_ENV: "production",
  PORT: String(port),
  SYNC_HEALTH_DATA_DIR: dataDir,
});

/** Three ports in a row that nobody uses, below those the system hands out to connections. */
async function findThreeFreePorts(): Promise<number> {
  for (let attempt = 0; attempt < 50; attempt += 1) {
    const port = 20_000 + Math.floor(Math.random() * 10_000);
    const free = await Promise.all([port, port + 1, port + 2].map(isFree));
    if (free.every(Boolean)) return port;
  }
  throw new Error("No three free ports in a row between 20000 and 30000.");
}

const isFree = (port: number): Promise<boolean> =>
  new Promise((done) => {
    const server = createServer();
    server.once("error", () => done(false));
    server.listen(port, () => server.close(() => done(true)));
  });
