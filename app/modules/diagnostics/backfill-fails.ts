import { type BackfillReason, isEnded } from "../backfills/backfill.ts";
import { minutesBetween } from "../freshness/freshness.ts";
import { describeMinutes } from "../incidents/incident-words.ts";
import { daysBetween } from "../shops/shop-days.ts";
import { act, askForSignIn, type Diagnosis, findOut } from "./diagnosis.ts";
import type { DiagnosedBackfill, DiagnosticFacts } from "./facts.ts";
import { ago } from "./words.ts";

const TOLD_FOR_DAYS = 30;
/** A backfill that ends so soon has not loaded anything. */
const AT_ONCE_MINUTES = 5;

/** Why the latest backfill of a source failed, or waits for a person. Null: it did neither, or long ago. */
export function diagnoseBackfill(facts: DiagnosticFacts): Diagnosis | null {
  const { lastBackfill: last, label, now } = facts;
  if (!last || (last.status !== "failed" && last.status !== "needs_operator")) return null;
  if (minutesBetween(last.endedAt ?? last.createdAt, now) > TOLD_FOR_DAYS * 1440 && isEnded(last.status))
    return null;
  const lasted = last.endedAt ? minutesBetween(last.createdAt, last.endedAt) : null;
  const active = facts.activeBackfill;
  const isInTheWay = active !== null && !(active.isOwn && active.status === last.status);
  return {
    kind: "backfill_fails",
    connectorId: facts.connectorId,
    source: facts.source,
    question:
      last.status === "needs_operator"
        ? `Why does the backfill of ${label} wait for us?`
        : lasted !== null && lasted < AT_ONCE_MINUTES
          ? `Why does the backfill of ${label} fail at once?`
          : `Why did the backfill of ${label} fail?`,
    checked: [
      findOut("The last one", false, describe(last, lasted, now)),
      findOut(
        "No other is active",
        !isInTheWay,
        active && isInTheWay
          ? `One of ${active.label} is ${active.status.replaceAll("_", " ")} since ${ago(active.createdAt, now)}${active.isOwn ? "" : ", on the same connection"}`
          : "None in the way",
      ),
      findOut(
        "Its days can still be had",
        last.startDay >= facts.earliestDay,
        last.startDay >= facts.earliestDay
          ? `From ${last.startDay} on; the platform serves them`
          : `From ${last.startDay}, but nothing before ${facts.earliestDay}: ${facts.limitReason ?? "the platform does not serve them"}`,
      ),
      findOut("Not paused", !facts.isPaused, facts.isPaused ? "The source is paused" : "It is running"),
      ...ownership(facts),
    ],
    ...concludeFrom(last, facts),
  };
}

function describe(last: DiagnosedBackfill, lasted: number | null, now: Date): string {
  const days = daysBetween(last.startDay, last.endDay) + 1;
  const range = `${last.startDay} to ${last.endDay} (${days} day${days === 1 ? "" : "s"})`;
  if (last.status === "needs_operator") return `${range}, waiting since ${ago(last.createdAt, now)}`;
  const after =
    lasted === null ? "" : lasted < 1 ? ", within a minute" : `, after ${describeMinutes(lasted)}`;
  return `${range}, failed ${ago(last.endedAt ?? last.createdAt, now)}${after}`;
}

/** Whether there is something of this shop's that can do it. */
function ownership({
  engine,
  hasBackfillUrl,
  connectionStatus,
  connectionName,
  liveIngestKeys,
}: DiagnosticFacts) {
  if (engine === "push")
    return [
      findOut(
        "The pipeline can be asked",
        hasBackfillUrl,
        hasBackfillUrl ? "It has an address for backfills" : "No address for backfills is set",
      ),
      findOut(
        "It can report back",
        liveIngestKeys > 0,
        liveIngestKeys > 0 ? "The shop has a live ingest key" : "The shop has no live ingest key",
      ),
    ];
  return [
    findOut(
      "A connection of this shop",
      connectionStatus === "active",
      connectionStatus === null
        ? "None is matched to this source"
        : `“${connectionName}” in the shop's own workspace, ${connectionStatus}`,
    ),
  ];
}

const again = act("backfill", "Run it again");

function concludeFrom(
  last: DiagnosedBackfill,
  facts: DiagnosticFacts,
): Pick<Diagnosis, "conclusion" | "action"> {
  const { label } = facts;
  const byReason: Record<BackfillReason, Pick<Diagnosis, "conclusion" | "action">> = {
    credentials: {
      conclusion: `${label} no longer accepts the sign-in.`,
      action: askForSignIn(facts.engine, ", then run it again"),
    },
    permission: {
      conclusion: `${label} refuses some of the data.`,
      action: act("ask_merchant", "Ask the merchant to grant it, then run it again"),
    },
    connection_disabled: {
      conclusion: "Its connection is switched off in Airbyte.",
      action: act("look_at_airbyte", "Switch it on in Airbyte, then run it again"),
    },
    connection_missing: {
      conclusion: "Its connection is gone from Airbyte.",
      action: act("open_setup", "Map another connection under Setup, then run it again"),
    },
    source_failed: { conclusion: `${label} could not be read to the end.`, action: again },
    engine_unreachable: {
      conclusion: "Airbyte could not be reached for six hours, so it was undone.",
      action: act("backfill", "Run it again when Airbyte answers"),
    },
    engine_refused: {
      conclusion: "Airbyte refused to make or to change the connection it needs.",
      action: act("look_at_airbyte", "Look at the rights of our Airbyte application, then run it again"),
    },
    pipeline_failed: {
      conclusion: "The shop's pipeline reported that it could not do it.",
      action: act("look_at_pipeline", "Look at the pipeline, then run it again"),
    },
    pipeline_silent: {
      conclusion: "The shop's pipeline was asked and did not answer.",
      action: act("look_at_pipeline", "Check its address for backfills under Setup, then run it again"),
    },
    not_put_back: {
      conclusion:
        "Airbyte could not be reached for so long that what was changed there is not back yet. It is still tried.",
      action: act("look_at_airbyte", "Look whether Airbyte answers; check the connection's schedule"),
    },
    not_verified: {
      conclusion: "It was loaded, but its days could not be read in the warehouse to compare them.",
      action: again,
    },
    no_way_to_backfill: {
      conclusion: `Nothing here can load days of ${label} again by itself.`,
      action: act("finish_backfill", "Load the days by hand, then close it as done or as failed"),
    },
    unsafe_destination: {
      conclusion: "Its destination appends: loading days again would store their rows twice.",
      action: act("finish_backfill", "Change the destination's sync mode or load by hand, then close it"),
    },
  };
  return last.reason
    ? byReason[last.reason]
    : {
        conclusion: "No reason was stored.",
        action: last.status === "failed" ? again : act("finish_backfill", "Close it"),
      };
}
