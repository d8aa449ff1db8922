/** `npm run shops -- <command>`: what an operator does for a shop from the command line. Every change is audited. */
import { userInfo } from "node:os";
import { parseArgs } from "node:util";
import { recordAudit } from "#app/modules/audit/record-audit.server.ts";
import { listAirbyteConnections } from "#app/modules/connectors/connections.store.server.ts";
import {
  connectWorkspace,
  issueWebhookToken,
  listUnmatchedWorkspaces,
} from "#app/modules/connectors/workspaces.store.server.ts";
import { createIngestKey } from "#app/modules/ingest-keys/ingest-keys.store.server.ts";
import type { Shop } from "#app/modules/shops/shop.ts";
import { findShopByDomain } from "#app/modules/shops/shops.store.server.ts";
import { airbyteEvents } from "#app/modules/sync-runs/airbyte-webhook.ts";
import { listUnmappedLineageJobs } from "#app/modules/sync-runs/lineage-jobs.store.server.ts";
import { pollJob } from "#app/modules/sync-runs/poll-all.server.ts";
import { assertSafeRole, db } from "#app/platform/db.server.ts";
import { env } from "#app/platform/env.server.ts";
import { enqueue } from "#app/platform/queue.server.ts";
import { type ShopTx, withShop } from "#app/platform/tenant.server.ts";

const usage = `npm run shops -- <command>
  unmatched --shop=<domain>                  what Airbyte and pipelines name and nothing here has; without --shop, workspaces only
  connect --shop=<domain> --workspace=<id>   gives the shop its Airbyte workspace and polls it
  airbyte-addresses --shop=<domain>          new addresses for the workspace's notifications; the ones before stop working
  ingest-key --shop=<domain>                 a new key for the shop's own pipelines, shown this once; others stay live`;

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

/** One audited change of a shop, in one transaction. */
function change<T>(shop: Shop, action: string, work: (tx: ShopTx) => Promise<T>): Promise<T> {
  return withShop(shop.id, async (tx) => {
    const done = await work(tx);
    await recordAudit(tx, {
      shopId: shop.id,
      actor: { role: "admin", name: `command line (${userInfo().username})` },
      action,
      target: shop.domain,
      requestId: "",
      at: new Date(),
    });
    return done;
  });
}

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
    return change(shop, "shop.connect_workspace", async (tx) => {
      if (!(await connectWorkspace(tx, shop.id, workspace, new Date())))
        throw new Error(
          `${shop.domain} has a workspace already, or another shop has ${workspace}. Nothing was changed.`,
        );
      await enqueue(tx, [pollJob(shop.id)]);
      return { shop: shop.domain, workspace };
    });
  },
  "airbyte-addresses": async () => {
    const shop = await findShop();
    const token = await change(shop, "shop.issue_airbyte_addresses", (tx) => issueWebhookToken(tx, shop.id));
    if (!token) throw new Error(`${shop.domain} has no Airbyte workspace yet: connect it first.`);
    const root = env().SHOPIFY_APP_URL.replace(/\/$/, "");
    return Object.fromEntries(
      airbyteEvents.map((event) => [event, `${root}/webhooks/airbyte/${token}/${event}`]),
    );
  },
  "ingest-key": async () => {
    const shop = await findShop();
    return change(shop, "shop.create_ingest_key", (tx) => createIngestKey(tx, shop.id, new Date()));
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
