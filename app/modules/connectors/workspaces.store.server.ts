import { randomBytes } from "node:crypto";
import { sha256 } from "#app/platform/crypto.server.ts";
import { db } from "#app/platform/db.server.ts";
import type { ShopTx } from "#app/platform/tenant.server.ts";

export interface UnmatchedWorkspace {
  workspaceId: string;
  name: string;
  /** Why it belongs to no shop, for staff. */
  reason: string;
}

/** The workspaces of all installed shops. */
export async function listConnectedWorkspaces(): Promise<string[]> {
  const rows = await db().$queryRaw<
    { workspaceId: string }[]
  >`SELECT workspace_id AS "workspaceId" FROM list_airbyte_workspaces()`;
  return rows.map((row) => row.workspaceId);
}

/** Gives a shop its workspace. False when the shop has another one, or another shop has this one. */
export async function connectWorkspace(
  tx: ShopTx,
  shopId: string,
  workspaceId: string,
  now: Date,
): Promise<boolean> {
  const connected = await tx.$executeRaw`
    INSERT INTO airbyte_workspaces (shop_id, workspace_id, created_at)
    VALUES (${shopId}::uuid, ${workspaceId}::uuid, ${now}::timestamptz) ON CONFLICT DO NOTHING`;
  return connected > 0;
}

/** Takes a shop's workspace away: what it delivered stays, and its connections feed nothing any more. */
export async function disconnectWorkspace(tx: ShopTx, shopId: string): Promise<void> {
  await tx.$executeRaw`DELETE FROM airbyte_workspaces WHERE shop_id = ${shopId}::uuid`;
  await tx.$executeRaw`
    UPDATE connectors SET connection_id = NULL, sync_requested_at = NULL
    WHERE shop_id = ${shopId}::uuid AND engine = 'airbyte'`;
  await tx.$executeRaw`
    UPDATE connections SET status = 'deprecated', mapped_by_staff = false, unmatched_reason = NULL
    WHERE shop_id = ${shopId}::uuid AND engine = 'airbyte'`;
}

/**
 * A new secret part for the address that the workspace's notifications are sent to; the one before no longer counts.
 * @returns the token, told this once: its hash is kept. Null when the shop has no workspace.
 */
export async function issueWebhookToken(tx: ShopTx, shopId: string): Promise<string | null> {
  const token = randomBytes(32).toString("base64url");
  const issued = await tx.$executeRaw`
    UPDATE airbyte_workspaces SET webhook_token_hash = ${sha256(token)} WHERE shop_id = ${shopId}::uuid`;
  return issued > 0 ? token : null;
}

/** A workspace that has found its shop is no longer listed as nobody's. */
export async function forgetUnmatchedWorkspace(tx: ShopTx, workspaceId: string): Promise<void> {
  await tx.$executeRaw`DELETE FROM airbyte_unmatched_workspaces WHERE workspace_id = ${workspaceId}::uuid`;
}

/** Replaces the list of workspaces that belong to no shop. */
export async function saveUnmatchedWorkspaces(
  unmatched: readonly UnmatchedWorkspace[],
  now: Date,
): Promise<void> {
  await db().$transaction(async (tx) => {
    await tx.$executeRaw`
      DELETE FROM airbyte_unmatched_workspaces
      WHERE workspace_id <> ALL (${unmatched.map((each) => each.workspaceId)}::uuid[])`;
    await tx.$executeRaw`
      INSERT INTO airbyte_unmatched_workspaces (workspace_id, name, reason, seen_at)
      SELECT w."workspaceId", w.name, w.reason, ${now}::timestamptz
      FROM jsonb_to_recordset(${JSON.stringify(unmatched)}::jsonb) AS w ("workspaceId" uuid, name text, reason text)
      ON CONFLICT (workspace_id) DO UPDATE SET name = excluded.name, reason = excluded.reason, seen_at = excluded.seen_at`;
  });
}

/** The workspaces that Airbyte lists and no shop has, by name. */
export const listUnmatchedWorkspaces = (): Promise<UnmatchedWorkspace[]> =>
  db().$queryRaw<UnmatchedWorkspace[]>`
    SELECT workspace_id AS "workspaceId", name, reason FROM airbyte_unmatched_workspaces ORDER BY name, workspace_id`;
