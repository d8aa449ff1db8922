import { AppError } from "#app/platform/errors.ts";
import { enqueue } from "#app/platform/queue.server.ts";
import type { ShopTx } from "#app/platform/tenant.server.ts";
import { job } from "#jobs/catalog.ts";
import type { By } from "../audit/by.ts";
import { recordAudit } from "../audit/record-audit.server.ts";
import { findAirbyteWorkspace } from "./connections.store.server.ts";
import {
  connectWorkspace,
  disconnectWorkspace,
  forgetUnmatchedWorkspace,
  issueWebhookToken,
} from "./workspaces.store.server.ts";

/**
 * Gives a shop its Airbyte workspace, another one, or none, and has it polled. With the workspace before go its connections
 * and its notification addresses; the connectors stay, and take what the new workspace has for them.
 * @throws AppError conflict when another shop has it, when it is the shop's already, or while a backfill runs through it
 */
export async function changeWorkspace(
  tx: ShopTx,
  shopId: string,
  { workspaceId, reason }: { workspaceId: string | null; reason: string },
  by: By,
): Promise<void> {
  const before = await findAirbyteWorkspace(tx, shopId);
  if ((before?.workspaceId ?? null) === (workspaceId?.toLowerCase() ?? null))
    throw new AppError(
      "conflict",
      workspaceId ? "The shop has this workspace already." : "The shop has none.",
    );
  if (before) {
    await refuseDuringBackfill(tx, shopId);
    await disconnectWorkspace(tx, shopId);
  }
  if (workspaceId) {
    if (!(await connectWorkspace(tx, shopId, workspaceId, by.now)))
      throw new AppError("conflict", "Another shop has this workspace. A workspace belongs to one shop.");
    await forgetUnmatchedWorkspace(tx, workspaceId);
    // As `pollJob` queues it; that file is a poll's, which reads these stores.
    await enqueue(tx, [job("airbyte.poll_shop", { shopId }, { jobKey: `airbyte.poll_shop:${shopId}` })]);
  }
  await recordAudit(tx, {
    shopId,
    actor: by.actor,
    action: workspaceId ? "shop.connect_workspace" : "shop.disconnect_workspace",
    target: workspaceId ?? before!.workspaceId,
    before: { workspace: before?.workspaceId ?? null },
    after: { workspace: workspaceId },
    reason,
    requestId: by.requestId,
    at: by.now,
  });
}

async function refuseDuringBackfill(tx: ShopTx, shopId: string): Promise<void> {
  const running = await tx.backfillJob.count({
    where: { shopId, connectionId: { not: null }, status: { notIn: ["completed", "failed", "cancelled"] } },
  });
  if (running > 0)
    throw new AppError("conflict", "A backfill runs through this workspace. Wait for its end, or cancel it.");
}

/**
 * New addresses for the workspace's notifications, by event; the ones before stop working.
 * @param root where this app is reached
 * @throws AppError conflict when the shop has no workspace
 */
export async function issueAirbyteAddresses(
  tx: ShopTx,
  shopId: string,
  { root, events, reason }: { root: string; events: readonly string[]; reason: string },
  by: By,
): Promise<Record<string, string>> {
  const token = await issueWebhookToken(tx, shopId);
  if (!token) throw new AppError("conflict", "The shop has no Airbyte workspace yet: connect it first.");
  await recordAudit(tx, {
    shopId,
    actor: by.actor,
    action: "shop.issue_airbyte_addresses",
    target: shopId,
    reason,
    requestId: by.requestId,
    at: by.now,
  });
  return Object.fromEntries(
    events.map((event) => [event, `${root.replace(/\/$/, "")}/webhooks/airbyte/${token}/${event}`]),
  );
}
