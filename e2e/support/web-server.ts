import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { resolve } from "node:path";
import { createInterface } from "node:readline";

const root = resolve(import.meta.dirname, "../..");

/** The real web process, on a port of its own. */
export interface WebServer {
  url: string;
  process: ChildProcess;
  /** Every line it has printed. */
  lines: string[];
  /** Tells it to stop, and answers its exit code. */
  stop(signal?: "SIGTERM" | "SIGINT"): Promise<number | null>;
}

/**
 * Starts `app/server.ts` on the built bundle, with this process' environment, as `createTestDatabase` filled it in.
 * @throws Error with what it printed, when it ends instead of listening
 */
export async function startWebServer(environment: Record<string, string> = {}): Promise<WebServer> {
  const child = spawn(process.execPath, ["app/server.ts"], {
    cwd: root,
    env: {
      ...process.env,
      NODE_ENV: "production",
      LOG_LEVEL: "info",
      HOST: "127.0.0.1",
      PORT: "0",
      ...environment,
    },
    stdio: ["ignore", "pipe", "pipe"],
  });
  const lines: string[] = [];
  // "close" comes after the last line was read, "exit" may come before.
  const exited = once(child, "close");
  createInterface({ input: child.stderr! }).on("line", (line) => lines.push(line));
  const port = await new Promise<number>((listening, failed) => {
    createInterface({ input: child.stdout! }).on("line", (line) => {
      lines.push(line);
      if (line.includes('"listening"')) listening(JSON.parse(line).port);
    });
    child.once("close", (code) =>
      failed(new Error(`app/server.ts ended with ${code}:\n${lines.join("\n")}`)),
    );
  });
  return {
    url: `http://127.0.0.1:${port}`,
    process: child,
    lines,
    stop: async (signal = "SIGTERM") => {
      child.kill(signal);
      const [code] = await exited;
      return code;
    },
  };
}
