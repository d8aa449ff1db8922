import { z } from "zod";
import { DashboardKey } from "../connectors/sources.ts";
import { Reason } from "./reason.ts";

const id = z.uuid("This is no id.");
const Instant = z.iso
  .datetime("Give an instant such as 2026-11-25T12:00:00Z.")
  .transform((at) => new Date(at));
export const ResolutionGiven = z.enum(["fixed", "expected", "false_alarm", "other"], "Choose how it ended.");

/** The bodies of the staff API's actions, and what the page's forms come to. */
export const ReasonBody = z.object({ reason: Reason });
export const ResolveBody = z.object({
  resolution: ResolutionGiven,
  reason: Reason.describe("in the incident's timeline, which the merchant reads too"),
});
export const SnoozeBody = z.object({ until: Instant.describe("at most 30 days ahead"), reason: Reason });
export const MaintenanceBody = z.object({
  connectorId: id.nullable().default(null).describe("null: all sources of the shop"),
  startsAt: Instant.optional().describe("left out: now"),
  endsAt: Instant.describe("at most 14 days after its start"),
  reason: Reason,
});
export const LiftBody = z.object({
  dashboard: DashboardKey,
  expiresAt: Instant.describe("at most 7 days ahead"),
  reason: Reason,
});
export const BackfillBody = z.object({
  startDate: z.string().describe("YYYY-MM-DD, a day of the shop"),
  endDate: z.string().describe("YYYY-MM-DD, a day of the shop, inclusive"),
  reason: Reason,
});
export const FinishBackfillBody = z.object({
  outcome: z.enum(["loaded", "failed"], "Choose how it ended.").describe("loaded: by hand"),
  reason: Reason,
});
export const SlaBody = z.object({
  warningMinutes: z
    .int()
    .nullable()
    .describe("high is twice, critical four times that; null: the source's own"),
  expiresAt: Instant.nullable().default(null).describe("null: until further notice"),
  reason: Reason,
});

const on = { connectorId: id };
const of = { incidentId: id };

/** Everything that staff do to a shop from its page or the API, by its intent. */
export const ShopAction = z.discriminatedUnion("intent", [
  ReasonBody.extend({ intent: z.literal("acknowledge"), ...of }),
  ResolveBody.extend({ intent: z.literal("resolve"), ...of }),
  SnoozeBody.extend({ intent: z.literal("snooze"), ...of }),
  MaintenanceBody.extend({ intent: z.literal("plan_maintenance") }),
  ReasonBody.extend({ intent: z.literal("end_maintenance"), windowId: id }),
  LiftBody.extend({ intent: z.literal("lift_block") }),
  ReasonBody.extend({ intent: z.literal("end_lift"), liftId: id }),
  BackfillBody.extend({
    intent: z.literal("backfill"),
    idempotencyKey: z.string().nullable().default(null),
    ...on,
  }),
  ReasonBody.extend({ intent: z.literal("cancel_backfill"), ...on }),
  FinishBackfillBody.extend({ intent: z.literal("finish_backfill"), backfillId: id }),
  ReasonBody.extend({ intent: z.literal("sync"), ...on }),
  ReasonBody.extend({ intent: z.literal("pause"), ...on }),
  ReasonBody.extend({ intent: z.literal("resume"), ...on }),
  SlaBody.extend({ intent: z.literal("override_sla"), ...on }),
]);
export type ShopAction = z.output<typeof ShopAction>;
export type ShopIntent = ShopAction["intent"];
