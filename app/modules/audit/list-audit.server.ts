import { type DbTransaction, db } from "#app/platform/db.server.ts";
import { findShopByDomain } from "../shops/shops.store.server.ts";
import {
  type AuditFilter,
  type AuditPage,
  type AuditPosition,
  type AuditQuery,
  type AuditRow,
  cursorOf,
  instantsOf,
  positionOf,
} from "./audit-row.ts";

interface StoredRow {
  id: bigint;
  at: Date;
  shop_id: string | null;
  domain: string | null;
  actor: string;
  actor_role: AuditRow["role"];
  action: string;
  target: string;
  before: AuditRow["before"];
  after: AuditRow["after"];
  reason: string;
  request_id: string;
}

/** A page of the audit of all shops, newest first. A shop that we never knew has none. */
export async function listAudit(query: AuditQuery): Promise<AuditPage> {
  const position = query.cursor ? positionOf(query.cursor) : null;
  const rows = await readAudit(db(), query, position, query.limit + 1);
  const shown = rows.slice(0, query.limit);
  return { rows: shown, nextCursor: rows.length > query.limit ? cursorOf(shown.at(-1)!) : null };
}

/** The actions that there is a row of, to choose from. */
export async function listAuditActions(): Promise<string[]> {
  const rows = await db().$queryRaw<{ action: string }[]>`SELECT a AS action FROM list_audit_actions() AS a`;
  return rows.map(({ action }) => action);
}

/** The shop that is meant. By its id also one that is erased: its audit outlives it. */
const findShopId = async (shop: string): Promise<string | null> =>
  uuid.test(shop) ? shop : ((await findShopByDomain(shop.toLowerCase()))?.id ?? null);
const uuid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/** Rows after a position, through the one function that sees all shops. */
export async function readAudit(
  tx: DbTransaction,
  filter: AuditFilter,
  position: AuditPosition | null,
  limit: number,
): Promise<AuditRow[]> {
  const shopId = filter.shop ? await findShopId(filter.shop) : null;
  if (filter.shop && !shopId) return [];
  const { fromAt, untilAt } = instantsOf(filter);
  const rows = await tx.$queryRaw<StoredRow[]>`
    SELECT * FROM list_audit(${shopId}::uuid, ${filter.actor ?? null}, ${filter.action ?? null}, ${filter.target ?? null},
      ${fromAt}::timestamptz, ${untilAt}::timestamptz, ${position?.at ?? null}::timestamptz, ${position?.id ?? null}::bigint, ${limit}::int)`;
  return rows.map((row) => ({
    id: String(row.id),
    at: row.at.toISOString(),
    shopId: row.shop_id,
    shop: row.domain,
    actor: row.actor,
    role: row.actor_role,
    action: row.action,
    target: row.target,
    before: row.before,
    after: row.after,
    reason: row.reason,
    requestId: row.request_id,
  }));
}
