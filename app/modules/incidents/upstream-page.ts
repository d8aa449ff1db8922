import { z } from "zod";
import { Severity } from "../severity.ts";

/** Some of a source's connectors, of how many shops, and since when the first of them has had an open incident. */
const Failing = z.object({
  connectors: z.number().int(),
  shops: z.number().int(),
  since: z.iso.datetime().nullable(),
});

export const FailingSource = z.object({
  source: z.string(),
  label: z.string(),
  /** All that are judged: of installed shops, not paused. */
  connectors: z.number().int(),
  shops: z.number().int(),
  failing: Failing,
  /** Of all connectors, 0 to 1. */
  share: z.number(),
  /** The most frequent first. `isOwn`: a shop's own doing, which never counts for an upstream event. */
  reasons: z.array(Failing.extend({ reason: z.string(), isOwn: z.boolean() })),
});
export type FailingSource = z.infer<typeof FailingSource>;

export const UpstreamEvent = z.object({
  id: z.uuid(),
  source: z.string(),
  label: z.string(),
  severity: Severity,
  startedAt: z.iso.datetime(),
  endedAt: z.iso.datetime().nullable(),
  shopsAffected: z.number().int(),
});
export type UpstreamEvent = z.infer<typeof UpstreamEvent>;

export const UpstreamPage = z.object({
  open: z.array(UpstreamEvent),
  /** Those that ended within 30 days, the latest first, 20 at most. */
  ended: z.array(UpstreamEvent),
  /** Every source that a shop has, the largest share that fails first. */
  sources: z.array(FailingSource),
  airbyte: z.object({
    workspaces: z.number().int(),
    unreachable: z.number().int(),
    since: z.iso.datetime().nullable(),
    reasons: z.array(z.object({ reason: z.string(), workspaces: z.number().int() })),
  }),
  checkedAt: z.iso.datetime(),
});
export type UpstreamPage = z.infer<typeof UpstreamPage>;
