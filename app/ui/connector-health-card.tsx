import { Link, Text } from "@shopify/polaris";
import type { Backfill } from "../modules/backfills/backfill.ts";
import type { Connector, HistoryDay } from "../modules/connectors/connector.ts";
import type { SyncView } from "../modules/sync-runs/sync-request.ts";
import { BackfillAction } from "./backfill-action.tsx";
import { backfillInWords, rangeInWords } from "./backfill-words.ts";
import styles from "./connector-health-card.module.css";
import { type Formatting, formatAgo, formatCount, formatInstant } from "./format.ts";
import { statusBadge } from "./health-words.ts";
import { HistoryStrip } from "./history-strip.tsx";
import { StatusBadge } from "./status-badge.tsx";
import { SyncNowButton } from "./sync-now-button.tsx";

interface ConnectorHealthCardProps {
  connector: Connector;
  /** The last 30 days, oldest first. */
  strip: readonly HistoryDay[];
  sync: SyncView | null;
  /** Its last backfill, where that failed lately. */
  failedBackfill?: Backfill | undefined;
  view: Formatting;
  now: string;
  isStale: boolean;
}

/** One source at a glance. Every card has the same rows in the same places, so that a column can be scanned. */
export function ConnectorHealthCard({
  connector,
  strip,
  sync,
  failedBackfill,
  view,
  now,
  isStale,
}: ConnectorHealthCardProps) {
  const { id, label, status, lastSyncedAt, rowsSynced, message, recommendedActions } = connector;
  const action = recommendedActions[0];
  const isUnderWay = sync?.state === "requested" || sync?.state === "running";
  const showsSync = action?.code === "sync_now" || (isUnderWay && status !== "healthy");
  return (
    <article className={styles.card} aria-labelledby={`connector-${id}`}>
      <header className={styles.header}>
        <Text as="h3" variant="headingSm" id={`connector-${id}`}>
          {label}
        </Text>
        <StatusBadge badge={statusBadge(status, isStale)} />
      </header>
      <dl className={styles.facts}>
        <div>
          <dt>Last sync</dt>
          <dd>{lastSyncedAt ? formatAgo(lastSyncedAt, now) : "Never"}</dd>
          <dd className={styles.precise}>
            {lastSyncedAt ? formatInstant(lastSyncedAt, now, view) : "No sync yet"}
          </dd>
        </div>
        <div>
          <dt>Rows synced</dt>
          <dd>{rowsSynced === null ? "—" : formatCount(rowsSynced, view)}</dd>
          <dd className={styles.precise}>{rowsSynced === null ? "Not reported" : "In the last sync"}</dd>
        </div>
      </dl>
      <HistoryStrip days={strip} view={view} isStale={isStale} />
      <div className={styles.advice}>
        <Text as="p">{message}</Text>
        {showsSync && sync ? (
          <div className={styles.button}>
            <SyncNowButton connectorId={id} label={label} sync={sync} />
          </div>
        ) : action && action.code !== "run_backfill" ? (
          <Text as="p" tone="subdued">
            What to do: {action.label}
          </Text>
        ) : null}
        {failedBackfill && !connector.activeBackfill ? (
          <Text as="p" variant="bodySm" tone="subdued">
            {`Backfill of ${rangeInWords(failedBackfill, view)} failed. ${backfillInWords(failedBackfill, view)}`}
          </Text>
        ) : null}
      </div>
      <footer className={styles.footer}>
        <Link url={`/app/connectors/${id}`} accessibilityLabel={`View details of ${label}`} removeUnderline>
          View details
        </Link>
        <div className={connector.activeBackfill ? styles.progress : styles.backfill}>
          <BackfillAction
            connector={connector}
            {...(action?.code === "run_backfill" ? {} : { look: "plain" as const })}
            view={view}
          />
        </div>
      </footer>
    </article>
  );
}
