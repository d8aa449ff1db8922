/** `npm run shops -- <command>`: what an operator does for a shop from the command line. Every change is audited. */
import { userInfo } from "node:os";
import { parseArgs } from "node:util";
import { changeWorkspace, issueAirbyteAddresses } from "#app/modules/connectors/change-workspace.server.ts";
import { listAirbyteConnections } from "#app/modules/connectors/connections.store.server.ts";
import { listUnmatchedWorkspaces } from "#app/modules/connectors/workspaces.store.server.ts";
import { rotateIngestKey } from "#app/modules/ingest-keys/manage-ingest-keys.server.ts";
import type { Shop } from "#app/modules/shops/shop.ts";
import { findShopByDomain } from "#app/modules/shops/shops.store.server.ts";
import { airbyteEvents } from "#app/modules/sync-runs/airbyte-webhook.ts";
import { listUnmappedLineageJobs } from "#app/modules/sync-runs/lineage-jobs.store.server.ts";
import { assertSafeRole, db } from "#app/platform/db.server.ts";
import { env } from "#app/platform/env.server.ts";
import { withShop } from "#app/platform/tenant.server.ts";

const usage = `npm run shops -- <command>
  unmatched --shop=<domain>                  what Airbyte and pipelines name and nothing here has; without --shop, workspaces only
  connect --shop=<domain> --workspace=<id>   gives the shop its Airbyte workspace, or another one, and polls it
  airbyte-addresses --shop=<domain>          new addresses for the workspace's notifications; the ones before stop working
  ingest-key --shop=<domain>                 a new key for the shop's own pipelines, shown this once; the one before works for a week`;

const { values, positionals } = parseArgs({
  options: { shop: { type: "string" }, workspace: { type: "string" } },
  allowPositionals: true,
});

async function findShop(): Promise<Shop> {
  const shop = values.shop ? await findShopByDomain(values.shop) : null;
  if (!shop)
    throw new Error(
      values.shop
        ? `There is no shop "${values.shop}". Give its full domain, like example.myshopify.com; it exists once the app was opened there.`
        : `Say which shop: --shop=example.myshopify.com\n\n${usage}`,
    );
  return shop;
}

/** Who the command line is, in the audit. */
const by = () => ({
  actor: { role: "admin" as const, name: `command line (${userInfo().username})` },
  now: new Date(),
  requestId: "",
});
const reason = "From the command line.";

const commands: Record<string, () => Promise<unknown>> = {
  unmatched: async () => {
    const workspaces = await listUnmatchedWorkspaces();
    if (!values.shop) return { workspaces };
    const shop = await findShop();
    return withShop(shop.id, async (tx) => ({
      workspaces,
      connections: (await listAirbyteConnections(tx, shop.id))
        .filter((each) => each.unmatchedReason && each.status !== "deprecated")
        .map(({ externalId, name, unmatchedReason }) => ({ externalId, name, reason: unmatchedReason })),
      lineageJobs: await listUnmappedLineageJobs(tx, shop.id),
    }));
  },
  connect: async () => {
    const shop = await findShop();
    const { workspace } = values;
    if (!workspace || !/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(workspace))
      throw new Error("Say which workspace: --workspace=<the id in Airbyte's address>");
    await withShop(shop.id, (tx) => changeWorkspace(tx, shop.id, { workspaceId: workspace, reason }, by()));
    return { shop: shop.domain, workspace };
  },
  "airbyte-addresses": async () => {
    const shop = await findShop();
    const wanted = { root: env().SHOPIFY_APP_URL, events: airbyteEvents, reason };
    return withShop(shop.id, (tx) => issueAirbyteAddresses(tx, shop.id, wanted, by()));
  },
  "ingest-key": async () => {
    const shop = await findShop();
    return withShop(shop.id, (tx) => rotateIngestKey(tx, shop.id, reason, by()));
  },
};

try {
  const command = commands[positionals[0] ?? ""];
  if (!command) throw new Error(usage);
  await assertSafeRole(db());
  console.log(JSON.stringify(await command(), null, 2));
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
} finally {
  await db().$disconnect();
}
