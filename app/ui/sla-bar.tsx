import { BlockStack, Text } from "@shopify/polaris";
import type { Connector } from "../modules/connectors/connector.ts";
import { formatLimit, formatMinutes } from "./format.ts";
import styles from "./sla-bar.module.css";

type SlaBarProps = Pick<Connector, "sla" | "minutesSinceSync" | "neverSynced" | "label"> & {
  /** While the checks do not run: no green. */
  isStale: boolean;
};

/** The bar ends at five times the warning limit; older than that stays at its end. */
const LENGTH_IN_WARNINGS = 5;

/** How old the data is, against this source's limits; the sentence under the bar says the same. */
export function SlaBar({ sla, minutesSinceSync, neverSynced, label, isStale }: SlaBarProps) {
  const length = sla.warningMinutes * LENGTH_IN_WARNINGS;
  const share = (minutes: number) => `${Math.min(100, (100 * minutes) / length)}%`;
  const marks = [
    { name: "Warning", minutes: sla.warningMinutes },
    { name: "High", minutes: sla.highMinutes },
    { name: "Critical", minutes: sla.criticalMinutes },
  ];
  const limits = `Warning after ${formatMinutes(sla.warningMinutes)}, high after ${formatMinutes(sla.highMinutes)}, critical after ${formatMinutes(sla.criticalMinutes)}.`;
  const age =
    minutesSinceSync === null
      ? `${label} has ${neverSynced ? "never synced" : "no known sync"}.`
      : `The last sync ended ${formatMinutes(minutesSinceSync)} ago.`;
  return (
    <BlockStack gap="200">
      <div className={styles.frame} aria-hidden="true">
        <div className={styles.bar}>
          <span
            className={isStale ? styles.unchecked : styles.fine}
            style={{ width: share(sla.warningMinutes) }}
          />
          <span className={styles.warning} style={{ width: share(sla.highMinutes - sla.warningMinutes) }} />
          <span className={styles.high} style={{ width: share(sla.criticalMinutes - sla.highMinutes) }} />
          <span className={styles.critical} />
        </div>
        {minutesSinceSync === null ? null : (
          <span className={styles.age} style={{ insetInlineStart: share(minutesSinceSync) }} />
        )}
        {marks.map(({ name, minutes }) => (
          <span key={name} className={styles.mark} style={{ insetInlineStart: share(minutes) }}>
            {name}
            <br />
            {formatLimit(minutes)}
          </span>
        ))}
      </div>
      <Text as="p">
        <Text as="span" fontWeight="semibold">
          {age}
        </Text>{" "}
        <Text as="span" tone="subdued">
          {limits}
        </Text>
      </Text>
    </BlockStack>
  );
}
