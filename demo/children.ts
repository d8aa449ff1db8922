import { type ChildProcess, spawn } from "node:child_process";
import { createWriteStream } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("..", import.meta.url));

export interface Child {
  name: string;
  /** Ends it gently, then by force; resolves when it is gone. */
  stop(): Promise<void>;
}

/** Starts one of the product's own processes; its output goes to `<name>.log` in the data folder. */
export function startChild({
  name,
  script,
  env,
  dataDir,
  onExit,
}: {
  name: string;
  script: string;
  env: NodeJS.ProcessEnv;
  dataDir: string;
  onExit: (code: number | null) => void;
}): Child {
  // A process group of its own: Ctrl-C in the terminal reaches only the demo, which then stops everything in order.
  const child: ChildProcess = spawn(process.execPath, [join(root, script)], {
    cwd: root,
    env,
    stdio: ["ignore", "pipe", "pipe"],
    detached: true,
  });
  const output = createWriteStream(join(dataDir, `${name}.log`), { flags: "a" });
  child.stdout?.pipe(output);
  child.stderr?.pipe(output);
  let stopping = false;
  const gone = new Promise<void>((done) => {
    child.once("exit", (code) => {
      if (!stopping) onExit(code);
      done();
    });
  });
  return {
    name,
    stop: async () => {
      stopping = true;
      child.kill("SIGTERM");
      const force = setTimeout(() => child.kill("SIGKILL"), 12_000);
      await gone;
      clearTimeout(force);
    },
  };
}
