import { Text } from "@shopify/polaris";
import type { SyncRun } from "../modules/connectors/connector.ts";
import { type Formatting, formatCount, formatDuration, formatMoment } from "./format.ts";
import { failureReasons, runStatusBadge } from "./health-words.ts";
import styles from "./runs-table.module.css";
import { StatusBadge } from "./status-badge.tsx";

/** The latest sync runs, newest first. */
export function RunsTable({ runs, view, now }: { runs: readonly SyncRun[]; view: Formatting; now: string }) {
  if (runs.length === 0) {
    return (
      <Text as="p" tone="subdued">
        No sync has run yet. The first one shows here as soon as it starts.
      </Text>
    );
  }
  return (
    <table className={styles.runs}>
      <thead>
        <tr>
          <th scope="col">Result</th>
          <th scope="col">Started</th>
          <th scope="col" className={styles.number}>
            Rows
          </th>
        </tr>
      </thead>
      <tbody>
        {runs.map((run) => (
          <tr key={run.id}>
            <td>
              <StatusBadge badge={runStatusBadge(run.status)} />
              {run.status === "failed" ? (
                <p className={styles.detail}>{failureReasons[run.failureReason ?? "unknown"]}</p>
              ) : null}
            </td>
            <td>
              {run.startedAt ? formatMoment(run.startedAt, now, view) : "Not started"}
              {run.startedAt && run.endedAt ? (
                <p className={styles.detail}>Took {formatDuration(run.startedAt, run.endedAt)}</p>
              ) : null}
            </td>
            <td className={styles.number}>
              {run.rowsSynced === null ? (
                <span title="The engine did not say">—</span>
              ) : (
                formatCount(run.rowsSynced, view)
              )}
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
