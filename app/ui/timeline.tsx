import { Text } from "@shopify/polaris";
import type { TimelineEntry } from "../modules/incidents/timeline.ts";
import { type Formatting, formatInstant } from "./format.ts";
import { severityBadge } from "./health-words.ts";
import styles from "./timeline.module.css";

const actors: Record<TimelineEntry["by"], string> = {
  system: "",
  merchant: " by somebody in your store",
  support: " by our support",
};

/** "Escalated to high", "Seen by somebody in your store" */
function headline({ kind, severity, by }: TimelineEntry): string {
  const grade = severity ? severityBadge(severity).label.toLowerCase() : "";
  switch (kind) {
    case "opened":
      return grade ? `Opened as ${grade}` : "Opened";
    case "escalated":
      return `Got worse: now ${grade}`;
    case "reopened":
      return grade ? `Came back as ${grade}` : "Came back";
    case "acknowledged":
      return `Seen${actors[by]}`;
    case "snoozed":
      return `Put aside for a while${actors[by]}`;
    case "snooze_ended":
      return "No longer put aside";
    case "joined_parent":
      return "Part of a larger problem";
    case "resolved":
      return `Closed${actors[by]}`;
    case "auto_resolved":
      return "Over: the check passes again";
  }
}

/** What happened to an incident, newest first. */
export function Timeline({
  entries,
  view,
  now,
}: {
  entries: readonly TimelineEntry[];
  view: Formatting;
  now: string;
}) {
  if (entries.length === 0) {
    return (
      <Text as="p" tone="subdued">
        Nothing has been noted yet.
      </Text>
    );
  }
  return (
    <ol className={styles.timeline}>
      {entries.map((entry) => (
        <li key={entry.id} className={styles.entry} data-kind={entry.kind}>
          <Text as="h3" variant="headingSm">
            {headline(entry)}
          </Text>
          <Text as="p" variant="bodySm" tone="subdued">
            <time dateTime={entry.at}>{formatInstant(entry.at, now, view)}</time>
          </Text>
          {entry.note ? <Text as="p">{entry.note}</Text> : null}
        </li>
      ))}
    </ol>
  );
}
