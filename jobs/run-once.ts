/**
 * `npm run jobs:dq -- --shop=example.myshopify.com --json`: one pass by hand, with an exit code and a summary line. With
 * `--full` the last 90 days are profiled anew.
 */
import { parseArgs } from "node:util";
import { runOnePass } from "#app/modules/checks/run-tick.server.ts";
import { ensurePartitions } from "#app/modules/retention/partitions.server.ts";
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
  if (positionals[0] === "retention")
    return {
      job: "retention",
      partitions: (await ensurePartitions()).made,
      seconds: (Date.now() - startedAt) / 1000,
    };
  if (positionals[0] !== "dq")
    throw new Error(`There is no job "${positionals[0] ?? ""}". Use dq or retention.`);
  const shop = values.shop ? await findShopByDomain(values.shop) : null;
  if (values.shop && !shop)
    throw new Error(`There is no shop "${values.shop}". Give its full domain, like example.myshopify.com.`);
  const done = await runOnePass(new Date(), shop ? [shop.id] : undefined, values.full ? "full" : "due");
  return { job: "dq", ...done, seconds: (Date.now() - startedAt) / 1000 };
}

try {
  await assertSafeRole(db());
  const summary = await pass();
  console.log(
    values.json
      ? JSON.stringify(summary)
      : Object.entries(summary)
          .map(([name, value]) => `${name}=${value}`)
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
