import { z } from "zod";
import { AppError } from "#app/platform/errors.ts";
import { type Source, sources } from "../connectors/sources.ts";
import { dayBefore, daysBetween } from "../shops/shop-days.ts";
import { type BackfillLimits, MOST_MERCHANT_DAYS } from "./backfill.ts";

/** `POST …/backfill`, and the query of `GET …/backfill/estimate`: shop days, both inclusive. */
export const BackfillRequest = z.object({ startDate: z.iso.date(), endDate: z.iso.date() });
export type BackfillRequest = z.infer<typeof BackfillRequest>;

export interface DayRange {
  startDay: string;
  endDay: string;
}

/** With this scope Shopify serves orders of any age (https://shopify.dev/docs/api/usage/access-scopes#orders-permissions). */
const ALL_ORDERS = "read_all_orders";

/** How far back the platform serves a source's data; null: as far as is known, without limit. */
export function fetchableDaysOf(source: Source, scopes: readonly string[]): number | null {
  if (source.startsWith("shopify_") && scopes.includes(ALL_ORDERS)) return null;
  return sources[source].fetchableDays;
}

/** What may be asked for today. `mostDays` null: any length, for staff. */
export function limitsOf(
  source: Source,
  { today, scopes }: { today: string; scopes: readonly string[] },
): BackfillLimits {
  const fetchable = fetchableDaysOf(source, scopes);
  const byPlatform = fetchable === null ? null : dayBefore(today, fetchable - 1);
  return {
    earliestDate: byPlatform ?? EARLIEST,
    latestDate: today,
    maxDays: MOST_MERCHANT_DAYS,
    reason:
      fetchable === null
        ? null
        : `${sources[source].label} can be read back ${fetchable.toLocaleString("en")} days.`,
  };
}

/** No source has data from before. */
const EARLIEST = "2000-01-01";

/**
 * The range that is asked for, as far as the platform serves it: an earlier beginning is moved to the first day that can
 * be had.
 * @throws AppError invalid, with a message for each date: what it was and what it may be
 */
export function readRange(
  asked: unknown,
  limits: BackfillLimits,
  { isStaff = false } = {},
): DayRange & { isClamped: boolean } {
  const parsed = BackfillRequest.safeParse(asked);
  const errors: Record<string, string[]> = {};
  if (!parsed.success) {
    const given = z.object({ startDate: z.unknown(), endDate: z.unknown() }).safeParse(asked).data;
    for (const field of ["startDate", "endDate"] as const) {
      if (!parsed.error.issues.some((issue) => issue.path[0] === field || issue.path.length === 0)) continue;
      const value = given?.[field];
      errors[field] = [
        value === undefined
          ? "is required: a day such as 2026-11-24"
          : `must be a day that exists, such as 2026-11-24; ${JSON.stringify(value)} is not one`,
      ];
    }
    throw invalid(errors);
  }
  const { startDate, endDate } = parsed.data;
  const { latestDate, earliestDate, maxDays } = limits;
  if (endDate > latestDate) errors.endDate = [`must be ${latestDate} (today) or earlier; it is ${endDate}`];
  if (startDate > endDate) errors.startDate = [`must be endDate (${endDate}) or earlier; it is ${startDate}`];
  else if (!isStaff && daysBetween(startDate, endDate) + 1 > maxDays)
    errors.startDate = [
      `must be ${dayBefore(endDate, maxDays - 1)} or later: at most ${maxDays} days at once, these are ${daysBetween(startDate, endDate) + 1}`,
    ];
  else if (endDate < earliestDate)
    errors.endDate = [`must be ${earliestDate} or later: ${limits.reason ?? "there is no data from before"}`];
  if (Object.keys(errors).length > 0) throw invalid(errors);
  const isClamped = startDate < earliestDate;
  return { startDay: isClamped ? earliestDate : startDate, endDay: endDate, isClamped };
}

const invalid = (errors: Record<string, string[]>) =>
  new AppError("invalid", "The range of days is not valid: see errors.", { errors });
