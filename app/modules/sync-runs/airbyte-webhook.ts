import { z } from "zod";
import type { FailureReason } from "../connectors/connector.ts";
import { failureReasonFrom } from "./failure-words.ts";

/**
 * The events that a workspace of Airbyte can notify of, by the last part of the address it is given for each: its body
 * does not name them (https://docs.airbyte.com/platform/cloud/managing-airbyte-cloud/manage-airbyte-cloud-notifications).
 */
export const airbyteEvents = [
  "success",
  "failure",
  "queued",
  "disabled",
  "disabled-warning",
  "updated",
  "action-required",
] as const;
export const AirbyteEvent = z.enum(airbyteEvents);
export type AirbyteEvent = z.infer<typeof AirbyteEvent>;

/** What a notification points at. Nothing of it is believed before the API confirms it. */
export type AirbyteHint =
  | {
      about: "job";
      jobId: string;
      connectionId: string;
      failureReason: FailureReason | null;
      errorMessage: string | null;
    }
  | { about: "connection"; connectionId: string }
  | { about: "nothing" };

const OddText = z.string().nullish().catch(null);
const uuid = /[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}/i;

const Notification = z.object({
  text: OddText,
  data: z
    .object({
      connection: z.object({ id: z.string().toLowerCase() }),
      jobId: z
        .union([z.number().int().nonnegative(), z.string()])
        .transform(String)
        .pipe(z.string().regex(/^\d{1,19}$/)),
      success: z.boolean().nullish().catch(null),
      errorMessage: OddText,
      errorType: OddText,
      errorOrigin: OddText,
    })
    .nullish()
    .catch(null),
});

/** What the notification's body says. Any JSON may come: what fits nothing is about nothing. */
export function readHint(body: unknown): AirbyteHint {
  const parsed = Notification.safeParse(body);
  if (!parsed.success) return { about: "nothing" };
  const { text, data } = parsed.data;
  if (data) {
    return {
      about: "job",
      jobId: data.jobId,
      connectionId: data.connection.id,
      failureReason: data.success === false ? reasonOf(data) : null,
      errorMessage: data.success === false ? (data.errorMessage ?? null) : null,
    };
  }
  // A connection that was switched off, or whose schema changed, is named in the text only.
  const named = new RegExp(`(?:Connection ID: |/connections/)(${uuid.source})`, "i").exec(text ?? "")?.[1];
  return named ? { about: "connection", connectionId: named.toLowerCase() } : { about: "nothing" };
}

/**
 * Why a job failed: by what the message says, else by what Airbyte's error type alone makes certain. Null for an event
 * that names no error: "queued" says `success: false` too.
 */
function reasonOf({
  errorMessage,
  errorType,
  errorOrigin,
}: {
  errorMessage?: string | null | undefined;
  errorType?: string | null | undefined;
  errorOrigin?: string | null | undefined;
}): FailureReason | null {
  if (!errorMessage && !errorType) return null;
  const said = failureReasonFrom(errorMessage ?? "");
  if (said !== "unknown") return said;
  switch (errorType) {
    case "heartbeat_timeout":
    case "destination_timeout":
      return "timed_out";
    case "refresh_schema":
      return "schema_changed";
    case "transient_error":
      if (errorOrigin === "source") return "source_unavailable";
      return errorOrigin === "destination" ? "destination_unavailable" : "unknown";
    default:
      return "unknown";
  }
}
