import { Temporal } from "temporal-polyfill";
import { z } from "zod";

const Day = z.iso.date("Give a day as YYYY-MM-DD.");

/** What a person looks for in the audit. Everything is optional; nothing: all of it, newest first. */
export const AuditFilter = z.object({
  shop: z.string().trim().max(255).optional().describe("domain or id"),
  actor: z.string().trim().max(320).optional(),
  action: z.string().trim().max(100).optional(),
  target: z.string().trim().max(500).optional(),
  from: Day.optional().describe("first day, UTC"),
  to: Day.optional().describe("last day, UTC"),
});
export type AuditFilter = z.infer<typeof AuditFilter>;

const Cursor = z
  .string()
  .regex(/^\d{1,15}_\d{1,18}$/, "The cursor is not one of ours. Start from the first page.");

export const AuditQuery = AuditFilter.extend({
  cursor: Cursor.optional(),
  limit: z.coerce.number().int().min(1).max(200).default(50),
});
export type AuditQuery = z.infer<typeof AuditQuery>;

/** An empty field of a form is no filter. */
export const withoutBlanks = (query: Record<string, unknown>): Record<string, unknown> =>
  Object.fromEntries(Object.entries(query).filter(([, value]) => value !== "" && value !== undefined));

export const AuditRow = z.object({
  id: z.string(),
  at: z.iso.datetime(),
  shopId: z.uuid().nullable(),
  /** Null: of no shop, or the shop was erased. */
  shop: z.string().nullable(),
  actor: z.string(),
  role: z.enum(["system", "merchant", "support", "admin"]),
  action: z.string(),
  target: z.string(),
  before: z.record(z.string(), z.unknown()).nullable(),
  after: z.record(z.string(), z.unknown()).nullable(),
  reason: z.string(),
  requestId: z.string(),
});
export type AuditRow = z.infer<typeof AuditRow>;

export const AuditPage = z.object({ rows: z.array(AuditRow), nextCursor: z.string().nullable() });
export type AuditPage = z.infer<typeof AuditPage>;

/** Where a page ended. Rows of one instant are told apart by their id. */
export interface AuditPosition {
  at: Date;
  id: bigint;
}

export const cursorOf = ({ at, id }: { at: string; id: string }): string => `${new Date(at).getTime()}_${id}`;

export function positionOf(cursor: string): AuditPosition {
  const [ms, id] = cursor.split("_");
  return { at: new Date(Number(ms)), id: BigInt(id!) };
}

/** The days of a filter as instants: from the first midnight, up to the midnight after the last, in UTC. */
export function instantsOf({ from, to }: Pick<AuditFilter, "from" | "to">): {
  fromAt: Date | null;
  untilAt: Date | null;
} {
  const midnight = (day: Temporal.PlainDate) => new Date(day.toZonedDateTime("UTC").epochMilliseconds);
  return {
    fromAt: from ? midnight(Temporal.PlainDate.from(from)) : null,
    untilAt: to ? midnight(Temporal.PlainDate.from(to).add({ days: 1 })) : null,
  };
}
