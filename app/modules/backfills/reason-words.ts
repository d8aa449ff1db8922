import type { BackfillReason, BackfillStatus } from "./backfill.ts";

/** What an active backfill waits for that may pass by itself. `label` is the source's. */
export function describeTrouble({
  status,
  isPushed,
  label,
}: {
  status: BackfillStatus;
  isPushed: boolean;
  label: string;
}): string {
  if (status === "verifying") return `The data of ${label} cannot be read at the moment. We keep trying.`;
  return isPushed
    ? `The pipeline that sends ${label} data does not answer at the moment. We keep trying.`
    : "The sync service does not answer at the moment. We keep trying.";
}

/** Why a backfill failed or waits, and what to do, in a merchant's words. `label` is the source's. */
export function describeReason(reason: BackfillReason, label: string): string {
  switch (reason) {
    case "credentials":
      return `${label} no longer accepts our sign-in. Reconnect ${label}, then run it again.`;
    case "permission":
      return `${label} refuses access to some of the data. Check the permissions you gave, then run it again.`;
    case "connection_disabled":
      return `The connection to ${label} is switched off. Switch it on, then run it again.`;
    case "connection_missing":
      return `The connection to ${label} is gone. Contact support.`;
    case "source_failed":
      return `${label} could not be read. Nothing was lost. Run it again later, or contact support if it fails again.`;
    case "engine_unreachable":
      return "The sync service could not be reached for too long. Nothing was lost. Run it again later.";
    case "engine_refused":
      return "The sync service refused it. Contact support.";
    case "pipeline_failed":
      return `The pipeline that sends ${label} data reported a failure. Check it, then run it again.`;
    case "pipeline_silent":
      return `The pipeline that sends ${label} data did not answer. Check that it runs, then run it again.`;
    case "not_put_back":
      return `The sync service cannot be reached, so the schedule of ${label} is not back yet. We keep trying, and our support has been told.`;
    case "not_verified":
      return `${label} was loaded, but its data could not be read to check it. Nothing was lost. Run it again later.`;
    case "no_way_to_backfill":
      return `${label} cannot be refilled automatically here. Our support has been told and takes it from here.`;
    case "unsafe_destination":
      return `Refilling ${label} could store rows twice. Our support has been told and takes it from here.`;
  }
}
