import { BlockStack, Text } from "@shopify/polaris";
import type { ConnectorStatus } from "../modules/connectors/connector.ts";
import type { StatusCounts as Counts } from "../modules/health/summary.ts";
import { statusBadge } from "./health-words.ts";
import styles from "./status-counts.module.css";

const order: readonly ConnectorStatus[] = ["healthy", "delayed", "error", "unknown", "learning", "paused"];

/** How many sources are in each state. */
export function StatusCounts({ counts }: { counts: Counts }) {
  return (
    <BlockStack gap="300">
      <Text as="h2" variant="headingMd">
        Sources by status
      </Text>
      <dl className={styles.counts}>
        {order.map((status) => (
          <div key={status} className={counts[status] === 0 ? styles.none : ""}>
            <dt>
              <span
                aria-hidden="true"
                className={`${styles.dot} ${counts[status] === 0 ? "" : styles[status]}`}
              />
              {statusBadge(status, false).label}
            </dt>
            <dd>{counts[status]}</dd>
          </div>
        ))}
      </dl>
    </BlockStack>
  );
}
