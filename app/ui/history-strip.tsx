import { Text } from "@shopify/polaris";
import type { HistoryDay } from "../modules/connectors/connector.ts";
import states from "./day-states.module.css";
import { type Formatting, formatDay } from "./format.ts";
import { dayStateLabels, daysInSync, historyInWords } from "./health-words.ts";
import styles from "./history-strip.module.css";

interface HistoryStripProps {
  /** Oldest first. */
  days: readonly HistoryDay[];
  view: Formatting;
  /** While the checks do not run: no green. */
  isStale: boolean;
}

/** One bar a day: its height and its colour say how the day went, the line below says it in words. */
export function HistoryStrip({ days, view, isStale }: HistoryStripProps) {
  return (
    <div>
      <div
        role="img"
        aria-label={historyInWords(days)}
        className={isStale ? `${styles.strip} ${states.muted}` : styles.strip}
      >
        {days.map(({ day, state }) => (
          <span key={day} className={styles.day} title={`${formatDay(day, view)}: ${dayStateLabels[state]}`}>
            <span className={`${styles.bar} ${styles[state]} ${states[state]}`} />
          </span>
        ))}
      </div>
      <div className={styles.caption}>
        <Text as="span" variant="bodySm" tone="subdued">
          {daysInSync(days)}
        </Text>
        <Text as="span" variant="bodySm" tone="subdued">
          Today
        </Text>
      </div>
    </div>
  );
}
