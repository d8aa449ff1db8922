import type { DbTransaction } from "#app/platform/db.server.ts";
import type { Actor } from "../shops/shop.ts";

/** Appends to the audit log in the caller's transaction: what was not done is not recorded, what was done is. */
export async function recordAudit(
  tx: DbTransaction,
  entry: {
    shopId: string | null;
    actor: Actor;
    action: string;
    target: string;
    before?: object;
    after?: object;
    reason?: string;
    requestId: string;
    at: Date;
  },
): Promise<void> {
  await tx.$executeRaw`
    INSERT INTO audit_log (shop_id, at, actor, actor_role, action, target, before, after, reason, request_id)
    VALUES (${entry.shopId}::uuid, ${entry.at}::timestamptz, ${entry.actor.name}, ${entry.actor.role}, ${entry.action}, ${entry.target},
      ${JSON.stringify(entry.before ?? null)}::jsonb, ${JSON.stringify(entry.after ?? null)}::jsonb, ${entry.reason ?? ""}, ${entry.requestId})`;
}
