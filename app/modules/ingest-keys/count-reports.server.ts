import { AppError } from "#app/platform/errors.ts";
import { dqMetrics, type IngestDoor } from "../dq-metrics.server.ts";

/** Counts a report that is taken in by `work`, by what became of it. */
export async function countReport<T>(door: IngestDoor, work: () => Promise<T>): Promise<T> {
  try {
    const done = await work();
    dqMetrics.ingestReports.add(1, { door, outcome: "accepted" });
    return done;
  } catch (error) {
    dqMetrics.ingestReports.add(1, { door, outcome: outcomeOf(error) });
    throw error;
  }
}

function outcomeOf(error: unknown): "unauthenticated" | "rate_limited" | "invalid" | "failed" {
  if (!(error instanceof AppError)) return "failed";
  switch (error.code) {
    case "unauthenticated":
    case "rate_limited":
      return error.code;
    case "unavailable":
      return "failed";
    default:
      return "invalid";
  }
}
