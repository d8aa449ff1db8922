import { randomUUID } from "node:crypto";
import { type SourceKind, sourceKinds } from "./source-kinds.ts";
import { type ConnectionState, hasEnded, type JobState } from "./state.ts";

/** As Java's OffsetDateTime prints: seconds are left out when they and the fraction are zero. */
export function printInstant(at: Date): string {
  const whole = at.toISOString().replace(".000Z", "Z");
  return whole.endsWith(":00Z") ? whole.replace(/:00Z$/, "Z") : whole;
}

/** As Java's Duration prints: `PT8H6M12S`, `PT0S`. */
export function printDuration(ms: number): string {
  const seconds = Math.max(0, Math.floor(ms / 1000));
  const parts = [Math.floor(seconds / 3600), Math.floor((seconds % 3600) / 60), seconds % 60];
  const text = parts.map((value, n) => (value ? `${value}${"HMS"[n]}` : "")).join("");
  return `PT${text || "0S"}`;
}

export function jobAnswer(job: JobState) {
  return {
    jobId: job.jobId,
    status: job.status,
    jobType: job.jobType,
    startTime: printInstant(job.createdAt),
    connectionId: job.connectionId,
    ...(hasEnded(job) ? { lastUpdatedAt: printInstant(job.updatedAt) } : {}),
    ...(job.status === "pending"
      ? {}
      : { duration: printDuration(job.updatedAt.getTime() - job.createdAt.getTime()) }),
    ...(job.rows === null ? {} : { bytesSynced: job.rows * 412, rowsSynced: job.rows }),
  };
}

export function connectionAnswer(connection: ConnectionState) {
  const { everyMinutes } = connection;
  const basic = everyMinutes !== null && everyMinutes % 60 === 0;
  return {
    connectionId: connection.connectionId,
    name: connection.name,
    sourceId: connection.sourceId,
    destinationId: connection.destinationId,
    workspaceId: connection.workspaceId,
    status: connection.status,
    schedule:
      everyMinutes === null
        ? { scheduleType: "manual" }
        : basic
          ? { scheduleType: "basic", basicTiming: `Every ${everyMinutes / 60} HOURS` }
          : { scheduleType: "cron", cronExpression: `0 */${everyMinutes} * * * ? UTC` },
    nonBreakingSchemaUpdatesBehavior: "ignore",
    namespaceDefinition: "destination",
    prefix: "",
    configurations: {
      streams: connection.streams.map((name) => ({
        name,
        syncMode: connection.syncMode,
        cursorField: ["updated_at"],
        primaryKey: [["id"]],
      })),
    },
    createdAt: Math.floor(connection.createdAt.getTime() / 1000),
    tags: [],
  };
}

export function sourceAnswer(connection: ConnectionState) {
  const kind: SourceKind = sourceKinds[connection.kind];
  return {
    sourceId: connection.sourceId,
    name: kind.sourceName,
    sourceType: kind.sourceType,
    definitionId: kind.definitionId,
    workspaceId: connection.workspaceId,
    // As the real one: a secret is shown as asterisks.
    configuration: {
      ...connection.sourceSettings,
      credentials: { ...connection.sourceSettings.credentials, access_token: "**********" },
    },
    createdAt: Math.floor(connection.createdAt.getTime() / 1000),
  };
}

/** The second source of a connection: the same account, between two days. */
export function backfillSourceAnswer(connection: ConnectionState) {
  const own = sourceAnswer(connection);
  return {
    ...own,
    sourceId: connection.backfillSource?.sourceId ?? "",
    name: `${own.name} (Sync Health backfill)`,
    configuration: { ...own.configuration, ...connection.backfillSource?.configuration },
  };
}

/** Airbyte's problem object, served as application/json. */
export function problem(status: number, title: string, detail: string, message?: string) {
  return {
    status,
    body: {
      status,
      type: `https://reference.airbyte.com/reference/errors#${title}`,
      title,
      detail,
      documentationUrl: null,
      data: message ? { message } : {},
    },
  };
}

/** The other shape of refusal: nothing but an id. */
export const nameless = (status: number) => ({ status, body: { errorId: randomUUID() } });
