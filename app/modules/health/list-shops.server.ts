import { z } from "zod";
import { db } from "#app/platform/db.server.ts";
import { AppError } from "#app/platform/errors.ts";
import type { Severity } from "../severity.ts";
import type { ShopCounts, ShopList, ShopsQuery } from "./list-shops.ts";
import { isRunnerStale } from "./schedule.ts";

/** A place in the order: a shop's urgency and id. */
const Cursor = z.tuple([z.int().min(0).max(10_000), z.uuid()]);
const START: z.infer<typeof Cursor> = [10_000, "00000000-0000-0000-0000-000000000000"];

interface Row {
  shop_id: string;
  domain: string;
  time_zone: string;
  checked_at: Date | null;
  score: number | null;
  status: "healthy" | "degraded" | "critical" | "unknown";
  blocked: boolean;
  worst_severity: Severity | null;
  open_incidents: number;
  urgency: number;
  problem: string | null;
  problem_since: Date | null;
}

/**
 * Installed shops as staff list them, the worst first, in pages. The order moves with every check, so a page that is
 * asked for later may repeat a shop, or leave one out that got worse meanwhile.
 * @throws AppError malformed for a cursor that is not one of ours
 */
export async function listShops({ search, cursor, limit }: ShopsQuery, now: Date): Promise<ShopList> {
  const [urgency, shopId] = cursor === undefined ? START : readCursor(cursor);
  const [rows, [counts]] = await Promise.all([
    db().$queryRaw<Row[]>`
      SELECT * FROM staff_list_shops(${search.toLowerCase()}, ${urgency}::smallint, ${shopId}::uuid, ${limit + 1}::integer)`,
    db().$queryRaw<ShopCounts[]>`SELECT * FROM staff_count_shops()`,
  ]);
  const page = rows.slice(0, limit);
  const last = page.at(-1);
  return {
    shops: page.map((row) => ({
      id: row.shop_id,
      domain: row.domain,
      timeZone: row.time_zone,
      status: row.status,
      score: row.score,
      blocked: row.blocked,
      worstSeverity: row.worst_severity,
      openIncidents: row.open_incidents,
      problem: row.problem,
      problemSince: row.problem_since?.toISOString() ?? null,
      checkedAt: row.checked_at?.toISOString() ?? null,
      stale: isRunnerStale(row.checked_at, now),
    })),
    nextCursor:
      rows.length > limit && last
        ? Buffer.from(JSON.stringify([last.urgency, last.shop_id])).toString("base64url")
        : null,
    counts: counts!,
  };
}

function readCursor(cursor: string): z.infer<typeof Cursor> {
  try {
    return Cursor.parse(JSON.parse(Buffer.from(cursor, "base64url").toString("utf8")));
  } catch {
    throw new AppError(
      "malformed",
      "The cursor is not one this list gave out. Leave it out to start at the first page.",
    );
  }
}
