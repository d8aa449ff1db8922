import { z } from "zod";
import { SlaMinutes } from "./connector.ts";

const DAY_MINUTES = 1440;
/** Less would be late between two checks; more is no promise. */
export const FEWEST_SLA_MINUTES = 15;
export const MOST_SLA_MINUTES = 30 * DAY_MINUTES;
/** What is set for longer is set without an end. */
export const LONGEST_OVERRIDE_DAYS = 90;

/** Staff's own warning threshold for one source of one shop; high and critical follow as twice and four times it. */
export const SlaOverride = z.object({
  connectorId: z.uuid(),
  sla: SlaMinutes,
  isOverridden: z.boolean(),
  expiresAt: z.iso.datetime().nullable().describe("when the source's own limits count again; null: it stays"),
});
export type SlaOverride = z.infer<typeof SlaOverride>;

/** What is wrong with a wish for other limits, by field. */
export function findOverrideProblems(
  asked: { warningMinutes: number | null; expiresAt: Date | null },
  now: Date,
): Record<string, string[]> {
  const errors: Record<string, string[]> = {};
  const { warningMinutes, expiresAt } = asked;
  if (
    warningMinutes !== null &&
    !(warningMinutes >= FEWEST_SLA_MINUTES && warningMinutes <= MOST_SLA_MINUTES)
  )
    errors.warningMinutes = [
      `must be ${FEWEST_SLA_MINUTES} to ${MOST_SLA_MINUTES} minutes; it is ${warningMinutes}`,
    ];
  if (expiresAt === null) return errors;
  const inMs = expiresAt.getTime() - now.getTime();
  if (warningMinutes === null) errors.expiresAt = ["says nothing where the source's own limits count"];
  else if (!(inMs > 0 && inMs <= LONGEST_OVERRIDE_DAYS * DAY_MINUTES * 60_000))
    errors.expiresAt = [`must lie ahead, at most ${LONGEST_OVERRIDE_DAYS} days`];
  return errors;
}
