import { z } from "zod";
import { ShopAction } from "./shop-action.ts";

const HOUR_MS = 3_600_000;

/** `forHours` and `inHours` are how a form says an instant: the field of the action that each becomes, by intent. */
const ends: Partial<Record<ShopAction["intent"], string>> = {
  snooze: "until",
  plan_maintenance: "endsAt",
  lift_block: "expiresAt",
  override_sla: "expiresAt",
};

const Hours = z.coerce
  .number("Choose how long.")
  .min(0)
  .max(24 * 366);

/**
 * A form of a shop's page, as the action that it asks for. Forms know only text: an empty field is nothing, a number is
 * read, and a span of hours from now becomes an instant.
 */
export const ShopForm = z
  .record(z.string(), z.union([z.string(), z.array(z.string())]))
  .transform((entered, context): ShopAction => {
    const action = ShopAction.safeParse(readFields(entered, new Date()));
    if (action.success) return action.data;
    for (const issue of action.error.issues) {
      const [field, ...rest] = issue.path;
      const isSpan = field !== undefined && Object.values(ends).includes(String(field));
      context.addIssue({
        code: "custom",
        path: isSpan ? ["forHours"] : [field ?? "form", ...rest],
        message: issue.message,
      });
    }
    return z.NEVER;
  });

function readFields(entered: Record<string, string | string[]>, now: Date): Record<string, unknown> {
  const { forHours, inHours, csrf: _csrf, warningMinutes, ...fields } = entered;
  const read: Record<string, unknown> = Object.fromEntries(
    Object.entries(fields).filter(([name, value]) => value !== "" || name === "reason"),
  );
  const intent = String(entered.intent) as ShopAction["intent"];
  const startMs = now.getTime() + hoursOf(inHours) * HOUR_MS;
  if (intent === "plan_maintenance") read.startsAt = new Date(startMs).toISOString();
  const field = ends[intent];
  if (field && hoursOf(forHours) > 0)
    read[field] = new Date(startMs + hoursOf(forHours) * HOUR_MS).toISOString();
  if (intent === "override_sla")
    read.warningMinutes =
      warningMinutes === undefined || warningMinutes === "" ? null : Number(warningMinutes);
  return read;
}

function hoursOf(value: string | string[] | undefined): number {
  const hours = Hours.safeParse(value === "" || value === undefined ? 0 : value);
  return hours.success ? hours.data : 0;
}
