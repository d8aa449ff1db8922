import { z } from "zod";
import { Severity } from "../severity.ts";
import { Reason } from "../staff/reason.ts";
import { Check } from "./check-thresholds.ts";

export const LimitView = z.object({
  name: z.string(),
  label: z.string(),
  value: z.number(),
  default: z.number(),
  min: z.number(),
  max: z.number(),
  isWhole: z.boolean(),
});
export type LimitView = z.infer<typeof LimitView>;

export const CheckSettingView = z.object({
  check: z.string(),
  label: z.string(),
  enabled: z.boolean(),
  canSwitchOff: z.boolean(),
  /** Whether its past can be judged anew by other thresholds. */
  canReplay: z.boolean(),
  limits: z.array(LimitView),
  outcome: z.string(),
  severity: Severity.nullable(),
  openIncidentId: z.uuid().nullable(),
});
export type CheckSettingView = z.infer<typeof CheckSettingView>;

export const ThresholdsPage = z.object({
  connectorId: z.uuid(),
  source: z.string(),
  label: z.string(),
  checks: z.array(CheckSettingView),
});
export type ThresholdsPage = z.infer<typeof ThresholdsPage>;

const Proposal = z.object({
  check: Check,
  enabled: z.boolean(),
  thresholds: z.record(z.string().max(50), z.number()).default({}),
});

export const SimulateThresholds = Proposal;
export type SimulateThresholds = z.infer<typeof SimulateThresholds>;

export const SaveThresholds = Proposal.extend({
  reason: Reason,
});
export type SaveThresholds = z.infer<typeof SaveThresholds>;

/** Fields named `thresholds.<name>` as numbers; an empty one is as for everybody. */
const withThresholdFields = (entered: unknown): unknown => {
  if (typeof entered !== "object" || entered === null) return entered;
  const fields = Object.entries(entered).flatMap(([name, value]) =>
    name.startsWith("thresholds.") && value !== "" ? [[name.slice("thresholds.".length), Number(value)]] : [],
  );
  return {
    ...entered,
    enabled: "enabled" in entered ? entered.enabled === "true" : undefined,
    thresholds: Object.fromEntries(fields),
  };
};

/** The two forms of the thresholds page: what anybody may try out, and what an admin saves. */
export const SimulateForm = z.preprocess(withThresholdFields, SimulateThresholds);
export const SaveForm = z.preprocess(withThresholdFields, SaveThresholds);
