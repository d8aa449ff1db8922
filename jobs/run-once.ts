/**
 * `npm run jobs:dq -- --shop=example.myshopify.com --json` and `npm run jobs:retention`, with the same: one pass by
 * hand, with an exit code and a summary line. With `--full` the last 90 days are profiled anew.
 */
import { parseArgs } from "node:util";
import { runOnePass } from "#app/modules/checks/run-tick.server.ts";
import { cleanUp } from "#app/modules/retention/clean-up.server.ts";
import { findShopByDomain } from "#app/modules/shops/shops.store.server.ts";
import { assertSafeRole, db } from "#app/platform/db.server.ts";
import { stopMetrics } from "#app/platform/metrics.server.ts";
import { closeWarehouse } from "#app/platform/warehouse.server.ts";

const { values, positionals } = parseArgs({
  options: {
    shop: { type: "string" },
    json: { type: "boolean", default: false },
    full: { type: "boolean", default: false },
  },
  allowPositionals: true,
});

async function pass(): Promise<Record<string, unknown>> {
  const startedAt = Date.now();
  const job = positionals[0];
  if (job !== "dq" && job !== "retention")
    throw new Error(`There is no job "${job ?? ""}". Use dq or retention.`);
  const shop = values.shop ? await findShopByDomain(values.shop) : null;
  if (values.shop && !shop)
    throw new Error(`There is no shop "${values.shop}". Give its full domain, like example.myshopify.com.`);
  if (job === "retention") {
    const report = await cleanUp(new Date(), { shopId: shop?.id ?? null });
    if (report.failures.length > 0) process.exitCode = 1;
    return { job, ...report, seconds: (Date.now() - startedAt) / 1000 };
  }
  const done = await runOnePass(new Date(), shop ? [shop.id] : undefined, values.full ? "full" : "due");
  return { job, ...done, seconds: (Date.now() - startedAt) / 1000 };
}

/** A value of the summary line: lists by commas, counts as `name:count`. */
function inLine(value: unknown): string {
  if (Array.isArray(value)) return value.join(",") || "none";
  if (typeof value !== "object" || value === null) return String(value);
  const counts = Object.entries(value).map(([name, count]) => `${name}:${count}`);
  return counts.join(",") || "none";
}

try {
  await assertSafeRole(db());
  const summary = await pass();
  console.log(
    values.json
      ? JSON.stringify(summary)
      : Object.entries(summary)
          .map(([name, value]) => `${name}=${inLine(value)}`)
          .join(" "),
  );
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
} finally {
  await closeWarehouse();
  await stopMetrics();
  await db().$disconnect();
}
