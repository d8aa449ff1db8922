import { BlockStack, List, Text } from "@shopify/polaris";
import type { HistoryDay } from "../modules/connectors/connector.ts";
import states from "./day-states.module.css";
import { type Formatting, formatDay, formatLongDay } from "./format.ts";
import { dayStateLabels, daysInSync, historyInWords } from "./health-words.ts";
import styles from "./history-calendar.module.css";

const weekdays = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"] as const;
const legend = ["synced", "warning", "high", "critical", "failed", "no_sync", "before_start"] as const;

/** So many days with a problem are listed in words. */
const LISTED = 7;

/** Row of the calendar, Monday is 1. */
const weekdayRow = (day: string): number => ((new Date(`${day}T00:00:00Z`).getUTCDay() + 6) % 7) + 1;

interface HistoryCalendarProps {
  /** 90 days, oldest first. */
  days: readonly HistoryDay[];
  view: Formatting;
  isStale: boolean;
}

/** Ninety days as weeks, with the days that were not in sync named below. */
export function HistoryCalendar({ days, view, isStale }: HistoryCalendarProps) {
  const first = days[0];
  const last = days.at(-1);
  if (!first || !last) return null;
  const troubled = days.filter((day) => day.state !== "synced" && day.state !== "before_start").reverse();
  return (
    <BlockStack gap="300">
      <div>
        <div
          role="img"
          aria-label={historyInWords(days)}
          className={isStale ? `${styles.calendar} ${states.muted}` : styles.calendar}
        >
          {weekdays.map((weekday, index) => (
            <span key={weekday} className={styles.weekday} style={{ gridRow: index + 1 }}>
              {index % 2 === 0 ? weekday : ""}
            </span>
          ))}
          {days.map(({ day, state }, index) => (
            <span
              key={day}
              className={`${styles.day} ${styles[state]} ${states[state]}`}
              style={{
                gridRow: weekdayRow(day),
                gridColumn: 2 + Math.floor((index + weekdayRow(first.day) - 1) / 7),
              }}
              title={`${formatDay(day, view)}: ${dayStateLabels[state]}`}
            />
          ))}
        </div>
        <div className={styles.caption}>
          <span>{formatDay(first.day, view)}</span>
          <span>{formatDay(last.day, view)}</span>
        </div>
      </div>
      <ul className={isStale ? `${styles.legend} ${states.muted}` : styles.legend} aria-hidden="true">
        {legend
          .filter((state) => days.some((day) => day.state === state))
          .map((state) => (
            <li key={state}>
              <span className={`${styles.sample} ${styles[state]} ${states[state]}`} />
              {dayStateLabels[state]}
            </li>
          ))}
      </ul>
      <Text as="p" fontWeight="semibold">
        {daysInSync(days)}
      </Text>
      {troubled.length > 0 ? (
        <List>
          {troubled.slice(0, LISTED).map(({ day, state, failedRuns }) => (
            <List.Item key={day}>
              {formatLongDay(day, view)}: {dayStateLabels[state].toLowerCase()}
              {state !== "failed" && failedRuns > 0 ? `, ${failedRuns} failed` : ""}
            </List.Item>
          ))}
          {troubled.length > LISTED ? (
            <List.Item>and {troubled.length - LISTED} more before that</List.Item>
          ) : null}
        </List>
      ) : null}
    </BlockStack>
  );
}
