/** `npm run bench -- dq-cycle`: figures are ratios within one run, because machines are noisy. */
const benches: Record<string, () => Promise<{ run: (args: string[]) => Promise<void> }>> = {
  "dq-cycle": () => import("./dq-cycle.ts"),
  api: () => import("./api.ts"),
  page: () => import("./page.ts"),
  profiles: () => import("./profiles.ts"),
  alerts: () => import("./alerts.ts"),
  staff: () => import("./staff.ts"),
  backfills: () => import("./backfills.ts"),
  retention: () => import("./retention.ts"),
  ingest: () => import("./ingest.ts"),
  model: () => import("./model.ts"),
};

// The worker's tasks log each job: only what is wrong is of interest here.
process.env.LOG_LEVEL ??= "warn";

const [name = "", ...args] = process.argv.slice(2);
const bench = benches[name];
if (bench) {
  await (await bench()).run(args);
} else {
  console.error(`There is no bench "${name}". There are: ${Object.keys(benches).join(", ")}.`);
  process.exitCode = 1;
}
