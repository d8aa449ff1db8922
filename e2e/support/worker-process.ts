import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { resolve } from "node:path";
import { createInterface } from "node:readline";

const root = resolve(import.meta.dirname, "../..");

/** The real worker process. */
export interface WorkerProcess {
  process: ChildProcess;
  /** Every line it has printed. */
  lines: string[];
  /** Tells it to stop, and waits until it has. */
  stop(): Promise<void>;
}

/**
 * Starts `jobs/worker.ts` with this process' environment, as `createTestDatabase` filled it in, and waits until it works.
 * @throws Error with what it printed, when it ends instead
 */
export async function startWorker(environment: Record<string, string> = {}): Promise<WorkerProcess> {
  const child = spawn(process.execPath, ["jobs/worker.ts"], {
    cwd: root,
    env: { ...process.env, NODE_ENV: "production", LOG_LEVEL: "info", ...environment },
    stdio: ["ignore", "pipe", "pipe"],
  });
  // Whoever is stopped before it could stop its worker leaves none behind.
  const killWithUs = () => child.kill("SIGKILL");
  process.once("exit", killWithUs);
  child.once("exit", () => process.off("exit", killWithUs));
  const lines: string[] = [];
  // "close" comes after the last line was read, "exit" may come before.
  const exited = once(child, "close");
  createInterface({ input: child.stderr }).on("line", (line) => lines.push(line));
  await new Promise<void>((ready, failed) => {
    createInterface({ input: child.stdout }).on("line", (line) => {
      lines.push(line);
      if (line.includes('"worker ready"')) ready();
    });
    child.once("close", (code) =>
      failed(new Error(`jobs/worker.ts ended with ${code}:\n${lines.join("\n")}`)),
    );
  });
  return {
    process: child,
    lines,
    stop: async () => {
      child.kill("SIGTERM");
      await exited;
    },
  };
}
