import { type ChildProcess, execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { findProgram } from "./find-program.ts";

const root = new URL("../../", import.meta.url);
const find = (program: "prometheus" | "promtool") =>
  findProgram(`${program.toUpperCase()}_PATH`, [program]) ?? program;

/** Without it, what needs it is left out, and it is said that it was: only the tests of alarms and of their metrics do. */
export const hasPrometheus =
  findProgram("PROMETHEUS_PATH", ["prometheus"]) !== undefined &&
  findProgram("PROMTOOL_PATH", ["promtool"]) !== undefined;

/** Runs promtool in `ops/prometheus`, where the files that it is to judge name each other. */
export function promtool(args: string[], input = ""): Promise<{ code: number; output: string }> {
  return new Promise((done) => {
    const cwd = new URL("ops/prometheus/", root);
    const child = execFile(find("promtool"), args, { cwd }, (error, stdout, stderr) =>
      done({ code: error ? Number(error.code) : 0, output: `${stdout}${stderr}` }),
    );
    child.stdin?.end(input);
  });
}

export interface Sample {
  labels: Record<string, string>;
  value: number;
}

export interface RunningPrometheus {
  /** What an expression is now. */
  query(expr: string): Promise<Sample[]>;
  /** The names of alarms that fire now. */
  firing(): Promise<string[]>;
  /** Names of metrics, but for those that Prometheus adds to each scrape. */
  metricNames(): Promise<string[]>;
  stop(): Promise<void>;
}

/**
 * A real Prometheus on the files of `ops/prometheus`, on a free port, that scrapes `target` each second. What the
 * alarms wait for is cut short: `shorten` may change the rules' text.
 * @param target `host:port`
 */
export async function startPrometheus(
  target: string,
  shorten: (rules: string) => string,
): Promise<RunningPrometheus> {
  const folder = mkdtempSync(join(tmpdir(), "sync-health-prometheus-"));
  const read = (name: string) => readFileSync(new URL(`ops/prometheus/${name}`, root), "utf8");
  const config = read("prometheus.yml")
    .replaceAll(/(scrape_interval|evaluation_interval|scrape_timeout): \d+s/g, "$1: 1s")
    .replace(/targets: \["web:\d+"\]/, `targets: ["${target}"]`);
  if (!config.includes(target)) throw new Error("ops/prometheus/prometheus.yml names no target to replace.");
  writeFileSync(join(folder, "prometheus.yml"), config);
  writeFileSync(join(folder, "rules.yml"), shorten(read("rules.yml")));
  const port = await findFreePort();
  const child: ChildProcess = spawn(
    find("prometheus"),
    [
      `--config.file=${join(folder, "prometheus.yml")}`,
      `--storage.tsdb.path=${join(folder, "data")}`,
      `--web.listen-address=127.0.0.1:${port}`,
      "--log.level=warn",
    ],
    { stdio: ["ignore", "ignore", "pipe"] },
  );
  let said = "";
  child.stderr?.on("data", (chunk) => {
    said += chunk;
  });
  // Whoever is stopped before it could stop its Prometheus leaves none behind.
  process.once("exit", () => child.kill("SIGKILL"));
  const url = `http://127.0.0.1:${port}`;
  for (let wait = 0; !(await isReady(url)); wait += 1) {
    if (child.exitCode !== null || wait > 100) throw new Error(`Prometheus did not start:\n${said}`);
    await new Promise((done) => setTimeout(done, 100));
  }
  const get = async <T>(path: string): Promise<T> => {
    const answer = (await (await fetch(`${url}/api/v1/${path}`)).json()) as { data: T; error?: string };
    if (answer.error) throw new Error(`${decodeURIComponent(path)}: ${answer.error}`);
    return answer.data;
  };
  return {
    query: async (expr) =>
      (
        await get<{ result: { metric: Record<string, string>; value: [number, string] }[] }>(
          `query?query=${encodeURIComponent(expr)}`,
        )
      ).result.map(({ metric, value }) => ({ labels: metric, value: Number(value[1]) })),
    firing: async () =>
      (await get<{ alerts: { state: string; labels: { alertname: string } }[] }>("alerts")).alerts
        .filter(({ state }) => state === "firing")
        .map(({ labels }) => labels.alertname),
    metricNames: async () =>
      (await get<string[]>("label/__name__/values")).filter((name) => !/^(up$|scrape_|ALERTS)/.test(name)),
    stop: async () => {
      const gone = once(child, "exit");
      child.kill("SIGTERM");
      await gone;
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

const isReady = (url: string): Promise<boolean> =>
  fetch(`${url}/-/ready`).then(
    ({ ok }) => ok,
    () => false,
  );

function findFreePort(): Promise<number> {
  const probe = createServer();
  return new Promise((found) =>
    probe.listen(0, "127.0.0.1", () => {
      const { port } = probe.address() as { port: number };
      probe.close(() => found(port));
    }),
  );
}
