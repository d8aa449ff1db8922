import { type ConnectionState, isLetIn, type JobState, type Notifications } from "./state.ts";

/**
 * What Airbyte's generic webhook posts when a job has ended, with all its fields
 * (airbyte-notification's SlackNotificationClient): no signature, no name of the event, no second try.
 */
export function notificationOf(
  job: JobState,
  connection: Pick<
    ConnectionState,
    "name" | "kind" | "shopDomain" | "workspaceId" | "connectionId" | "sourceId" | "destinationId"
  >,
  isRefused = false,
) {
  const isSuccess = job.status === "succeeded";
  const rows = job.rows ?? 0;
  const seconds = Math.max(0, Math.round((job.updatedAt.getTime() - job.createdAt.getTime()) / 1000));
  const url = `https://cloud.airbyte.example/workspaces/${connection.workspaceId}/connections/${connection.connectionId}`;
  const whole = (at: Date) => `${at.toISOString().slice(0, 19)}Z`;
  const trouble = isRefused
    ? { message: "Invalid access token.", type: "config_error" }
    : { message: "The source could not be reached. The sync will be tried again.", type: "transient_error" };
  const errorMessage = isSuccess ? null : trouble.message;
  return {
    text: isSuccess
      ? `Your connection ${connection.name} succeeded\nThis was for null\n\nYou can access its logs here: ${url}\n\nJob ID: ${job.jobId}`
      : `Your connection ${connection.name} just failed...\nThis happened with ${errorMessage}\n\nYou can access its logs here: ${url}\n\nJob ID: ${job.jobId}`,
    blocks: [
      {
        type: "section",
        text: {
          type: "mrkdwn",
          text: `${isSuccess ? "Sync completed" : "Sync failure occurred"}: <${url}|${connection.name}>`,
        },
      },
    ],
    data: {
      workspace: { id: connection.workspaceId, name: connection.shopDomain, url },
      connection: { id: connection.connectionId, name: connection.name, url },
      source: { id: connection.sourceId, name: connection.kind, url },
      destination: { id: connection.destinationId, name: "Warehouse", url },
      jobId: job.jobId,
      success: isSuccess,
      startedAt: whole(job.createdAt),
      finishedAt: whole(job.updatedAt),
      bytesEmitted: rows * 412,
      bytesCommitted: rows * 412,
      recordsEmitted: rows,
      recordsCommitted: rows,
      recordsFilteredOut: 0,
      bytesFilteredOut: 0,
      errorMessage,
      errorType: isSuccess ? null : trouble.type,
      errorOrigin: isSuccess ? null : "source",
      durationInSeconds: seconds,
      durationFormatted: `${Math.floor(seconds / 60)} min ${seconds % 60} sec`,
      bytesEmittedFormatted: `${Math.round((rows * 412) / 1024)} KB`,
      bytesCommittedFormatted: `${Math.round((rows * 412) / 1024)} KB`,
    },
  };
}

/** Tells the workspace of a job that ended. A cancelled one tells nothing; a failed post is only forgotten, as there. */
export async function notify(
  notifications: Notifications,
  job: JobState,
  connection: ConnectionState,
): Promise<void> {
  const event = job.status === "succeeded" ? "success" : job.status === "failed" ? "failure" : null;
  const url = event && notifications[event];
  if (!url) return;
  await fetch(url, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify(notificationOf(job, connection, !isLetIn(connection))),
    signal: AbortSignal.timeout(5_000),
  }).catch(() => undefined);
}
