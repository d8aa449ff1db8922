import type { AirbyteClient } from "#app/integrations/airbyte/client.ts";
import { AirbyteError } from "#app/integrations/airbyte/errors.ts";
import { airbyteFromEnv } from "#app/integrations/airbyte/from-env.ts";
import { env } from "#app/platform/env.server.ts";
import { log } from "#app/platform/log.server.ts";
import { enqueue } from "#app/platform/queue.server.ts";
import { withShop } from "#app/platform/tenant.server.ts";
import {
  connectWorkspace,
  listConnectedWorkspaces,
  saveUnmatchedWorkspaces,
} from "../connectors/workspaces.store.server.ts";
import { findShopByDomain } from "../shops/shops.store.server.ts";
import { pollJob } from "./poll-all.server.ts";

/**
 * Finds the shop of each workspace that Airbyte lists. Only a workspace whose name is the domain of an installed shop is
 * connected; whoever runs Airbyte names them, merchants do not. All others are kept for staff with the reason.
 */
export async function discoverWorkspaces(
  now: Date,
  airbyte: AirbyteClient | null = airbyteFromEnv(env()),
): Promise<{ connected: number; unmatched: number } | string> {
  if (!airbyte) return "airbyte_not_configured";
  let listed: Awaited<ReturnType<AirbyteClient["listWorkspaces"]>>;
  try {
    listed = await airbyte.listWorkspaces();
  } catch (error) {
    if (!(error instanceof AirbyteError)) throw error;
    log.warn({ kind: error.kind }, "Airbyte's workspaces could not be listed");
    return error.kind;
  }
  const taken = new Set(await listConnectedWorkspaces());
  const unmatched: { workspaceId: string; name: string; reason: string }[] = [];
  let connected = 0;
  for (const { workspaceId, name } of listed.filter((each) => !taken.has(each.workspaceId))) {
    const reason = await connectByName(workspaceId, name, now);
    if (reason === null) connected += 1;
    else unmatched.push({ workspaceId, name, reason });
  }
  await saveUnmatchedWorkspaces(unmatched, now);
  return { connected, unmatched: unmatched.length };
}

/** @returns why the workspace was connected to nothing; null when it was */
async function connectByName(workspaceId: string, name: string, now: Date): Promise<string | null> {
  const domain = name.trim().toLowerCase();
  const shop = domain.endsWith(".myshopify.com") ? await findShopByDomain(domain) : null;
  if (!shop || shop.uninstalledAt) return "No shop that has the app is called like it.";
  return withShop(shop.id, async (tx) => {
    const isConnected = await connectWorkspace(tx, shop.id, workspaceId, now);
    if (!isConnected) return "Its shop has another workspace, or another shop has this one.";
    await enqueue(tx, [pollJob(shop.id)]);
    return null;
  });
}
