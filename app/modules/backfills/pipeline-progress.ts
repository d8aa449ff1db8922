import { z } from "zod";

/** What a pipeline says of a backfill it was asked for: `POST /api/ingest/backfills/{id}/progress`. */
export const ProgressReport = z.object({
  type: z.literal("backfill.progress").optional(),
  timestamp: z.iso.datetime().optional(),
  data: z.object({
    status: z.enum(["running", "completed", "failed"]),
    percent: z.number().min(0).max(100).nullish().describe("how far it is; leave it out when it cannot say"),
    rowsLoaded: z.int().min(0).nullish().describe("rows sent so far, over all reports"),
  }),
});
export type ProgressReport = z.infer<typeof ProgressReport>;

/** What it last said, as it is kept. */
export const PipelineProgress = z.object({
  status: z.enum(["running", "completed", "failed"]),
  percent: z.number().nullable(),
  rowsLoaded: z.number().nullable(),
  at: z.iso.datetime(),
});
export type PipelineProgress = z.infer<typeof PipelineProgress>;

/** Later reports go further: neither progress nor rows go back, and an end stays the end. */
export function foldProgress(
  before: PipelineProgress | null,
  { data }: ProgressReport,
  now: Date,
): PipelineProgress {
  if (before && before.status !== "running") return before;
  const furthest = (one: number | null | undefined, other: number | null | undefined) =>
    one == null ? (other ?? null) : other == null ? one : Math.max(one, other);
  return {
    status: data.status,
    percent: furthest(before?.percent, data.percent),
    rowsLoaded: furthest(before?.rowsLoaded, data.rowsLoaded),
    at: now.toISOString(),
  };
}
