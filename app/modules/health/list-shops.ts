import { z } from "zod";
import { Severity } from "../severity.ts";

const Instant = z.iso.datetime();

/** One shop of staff's list: what is known of it without opening it. */
export const ListedShop = z.object({
  id: z.uuid(),
  domain: z.string(),
  timeZone: z.string(),
  status: z.enum(["healthy", "degraded", "critical", "unknown"]),
  score: z.int().nullable(),
  blocked: z.boolean().describe("at least one dashboard is held back"),
  worstSeverity: Severity.nullable(),
  openIncidents: z.int(),
  problem: z.string().nullable().describe("the worst open incident"),
  problemSince: Instant.nullable(),
  checkedAt: Instant.nullable(),
  stale: z.boolean().describe("the checks have not finished for two intervals"),
});
export type ListedShop = z.infer<typeof ListedShop>;

export const ShopCounts = z.object({
  critical: z.int(),
  degraded: z.int(),
  unknown: z.int(),
  healthy: z.int(),
  blocked: z.int(),
});
export type ShopCounts = z.infer<typeof ShopCounts>;

/** `GET /api/staff/shops`: installed shops, the worst first. */
export const ShopList = z.object({
  shops: z.array(ListedShop),
  nextCursor: z.string().nullable(),
  counts: ShopCounts,
});
export type ShopList = z.infer<typeof ShopList>;

/** The query of staff's list. */
export const ShopsQuery = z.object({
  search: z.string().trim().max(100).default("").describe("part of the domain"),
  cursor: z.string().max(200).optional(),
  limit: z.coerce.number().int().min(1).max(100).default(50),
});
export type ShopsQuery = z.infer<typeof ShopsQuery>;
