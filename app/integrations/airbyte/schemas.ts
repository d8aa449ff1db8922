import { z } from "zod";

// Lenient on purpose: what is missing, new or odd becomes null or "unknown" and never stops a poll.

const OddText = z.string().nullish().catch(null);
const Count = z.number().int().nonnegative().nullish().catch(null);

/** Java leaves the seconds out when they are zero (`2023-03-25T01:30Z`), which a strict date-time check would refuse. */
const Instant = OddText.transform((text) => {
  const at = text ? new Date(text) : null;
  return at && !Number.isNaN(at.getTime()) ? at : null;
});

/** ISO-8601 durations as Java prints them, e.g. `PT8H6M12S`, in milliseconds. */
const DurationMs = OddText.transform((text) => {
  const parts = /^P(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?(?:([\d.]+)S)?)?$/.exec(text ?? "");
  if (!parts) return null;
  const [days, hours, minutes, seconds] = parts.slice(1).map((part) => Number(part ?? 0));
  return Math.round((((days ?? 0) * 24 + (hours ?? 0)) * 3600 + (minutes ?? 0) * 60 + (seconds ?? 0)) * 1000);
});

/** A status that Airbyte adds one day counts as not ended. */
const JobStatus = z
  .enum(["pending", "queued", "running", "incomplete", "failed", "succeeded", "cancelled", "unknown"])
  .catch("unknown");
const JobType = z.enum(["sync", "reset", "refresh", "clear", "unknown"]).catch("unknown");

export const AirbyteJob = z
  .object({
    jobId: z.union([z.number().int(), z.string().min(1)]).transform(String),
    connectionId: z.string().toLowerCase(),
    status: JobStatus,
    jobType: JobType,
    startTime: Instant,
    lastUpdatedAt: Instant,
    duration: DurationMs,
    rowsSynced: Count,
    bytesSynced: Count,
  })
  .transform(({ startTime, duration, rowsSynced, bytesSynced, ...job }) => ({
    ...job,
    /** When the job was made: it may have waited before it ran. */
    createdAt: startTime,
    durationMs: duration,
    rowsSynced: rowsSynced ?? null,
    bytesSynced: bytesSynced ?? null,
  }));
export type AirbyteJob = z.infer<typeof AirbyteJob>;

const Streams = z
  .object({ streams: z.array(z.object({ name: z.string() }).nullable().catch(null)).catch([]) })
  .catch({ streams: [] })
  .transform(({ streams }) => streams.flatMap((stream) => (stream ? [stream.name] : [])));

export const AirbyteConnection = z
  .object({
    connectionId: z.string().toLowerCase(),
    name: z.string().catch(""),
    sourceId: z.string().toLowerCase().nullish().catch(null),
    destinationId: z.string().toLowerCase().nullish().catch(null),
    workspaceId: z.string().toLowerCase().nullish().catch(null),
    // A status that is not known is not a reason to call a connection dead.
    status: z.enum(["active", "inactive", "deprecated", "locked"]).catch("active"),
    configurations: Streams,
  })
  .transform(({ configurations, sourceId, destinationId, workspaceId, ...connection }) => ({
    ...connection,
    sourceId: sourceId ?? null,
    destinationId: destinationId ?? null,
    workspaceId: workspaceId ?? null,
    streams: configurations,
  }));
export type AirbyteConnection = z.infer<typeof AirbyteConnection>;

/** When Airbyte starts a connection by itself. The public API reads `basic`, and writes only the other two. */
export const AirbyteSchedule = z.union([
  z.object({ scheduleType: z.literal("manual") }),
  z.object({ scheduleType: z.literal("cron"), cronExpression: z.string().min(1) }),
  z.object({ scheduleType: z.literal("basic"), basicTiming: z.string().min(1) }),
]);
export type AirbyteSchedule = z.infer<typeof AirbyteSchedule>;

/** How one stream is synced. What we do not read is kept, so that it can be sent back as it is. */
export const AirbyteStream = z.looseObject({ name: z.string(), syncMode: z.string().catch("unknown") });
export type AirbyteStream = z.infer<typeof AirbyteStream>;

/** A connection with all that a second one like it needs. Strict where a backfill would break something by guessing. */
export const AirbyteConnectionDetail = z.object({
  connectionId: z.string().toLowerCase(),
  name: z.string(),
  sourceId: z.string().toLowerCase(),
  destinationId: z.string().toLowerCase(),
  workspaceId: z.string().toLowerCase(),
  status: z.string(),
  schedule: AirbyteSchedule,
  configurations: z.object({ streams: z.array(AirbyteStream) }),
  namespaceDefinition: z.string().nullish(),
  namespaceFormat: z.string().nullish(),
  prefix: z.string().nullish(),
});
export type AirbyteConnectionDetail = z.infer<typeof AirbyteConnectionDetail>;

/** A source with its settings. Airbyte shows secrets among them as asterisks. */
export const AirbyteSourceDetail = z.object({
  sourceId: z.string().toLowerCase(),
  name: z.string(),
  sourceType: z.string(),
  workspaceId: z.string().toLowerCase(),
  configuration: z.record(z.string(), z.unknown()),
});
export type AirbyteSourceDetail = z.infer<typeof AirbyteSourceDetail>;

export const AirbyteSource = z.object({
  sourceId: z.string().toLowerCase(),
  name: z.string().catch(""),
  sourceType: z.string().catch(""),
});
export type AirbyteSource = z.infer<typeof AirbyteSource>;

export const AirbyteWorkspace = z.object({
  workspaceId: z.string().toLowerCase(),
  name: z.string().catch(""),
});
export type AirbyteWorkspace = z.infer<typeof AirbyteWorkspace>;

/** A list's envelope. Its `next` says nothing: it is there even on the last page. */
export const Page = z.object({ data: z.array(z.unknown()) });

export const Token = z.object({
  access_token: z.string().min(1),
  expires_in: z.number().positive().catch(180),
});
