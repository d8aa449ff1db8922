/**
 * `npm run eval`: the product's own detectors in an evaluation kit, beside the methods in use: daily series, hours, shares.
 * The kit plants sync faults into real series and counts what is found, by luck and falsely; it lies outside the project:
 * EVAL_KIT names its folder (default: ../shared/eval).
 */
import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { resolve } from "node:path";

const root = resolve(import.meta.dirname, "../..");
const kit = resolve(root, process.env.EVAL_KIT ?? "../shared/eval");
/** The strongest of the bundled methods, and the one most people have. */
const rivals = "dbtexp_moving,rule_wow,elementary_default,z14";

const runs: readonly { what: string; args: string[] }[] = [
  { what: "Daily values", args: ["run.mjs", "--module", "daily.ts", "--detectors", rivals] },
  { what: "Hourly outages", args: ["hourly.mjs", "--module", "hourly.ts"] },
  { what: "Hourly outages, the kit's baseline", args: ["hourly.mjs"] },
  { what: "Shares of bad rows", args: ["quality.mjs", "--module", "rate.ts"] },
  { what: "Shares of bad rows, the kit's baseline", args: ["quality.mjs"] },
];

if (!existsSync(resolve(kit, "run.mjs"))) {
  console.error(`There is no evaluation kit at ${kit}: set EVAL_KIT to the folder that holds its run.mjs.`);
  process.exit(1);
}
const more = process.argv.slice(2);
for (const { what, args } of runs) {
  console.log(`\n## ${what}\n`);
  const [program, ...options] = args.map((arg) =>
    arg.endsWith(".ts") ? resolve(import.meta.dirname, arg) : arg,
  );
  const child = spawn(process.execPath, [resolve(kit, program!), ...options, ...more], { stdio: "inherit" });
  const code = await new Promise<number | null>((done) => child.once("exit", done));
  if (code !== 0) process.exitCode = 1;
}
