import { Button, Text } from "@shopify/polaris";
import { type KeyboardEvent, useRef, useState } from "react";
import { findGapAround } from "../modules/backfills/backfill-range.ts";
import type { HistoryDay } from "../modules/connectors/connector.ts";
import type { DayNote } from "../modules/connectors/history.ts";
import { BackfillModal } from "./backfill-modal.tsx";
import { rangeInWords, refillInWords } from "./backfill-words.ts";
import states from "./day-states.module.css";
import { type Formatting, formatDay, formatLongDay } from "./format.ts";
import { dayInWords, dayStateLabels, daysInSync, historyInWords } from "./health-words.ts";
import styles from "./history-calendar.module.css";
import { useBackfillDialog } from "./use-backfill-dialog.ts";
import { useKeptFocus } from "./use-kept-focus.ts";

const weekdays = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"] as const;
const legend = ["synced", "warning", "high", "critical", "failed", "no_sync", "before_start"] as const;

/** So many days with a problem are listed in words. */
const LISTED = 5;

/** Nothing to tell of such days. */
const quiet: ReadonlySet<HistoryDay["state"]> = new Set(["synced", "pending", "before_start"]);

/** How far each key moves: a column is a week. */
const steps: Readonly<Record<string, number>> = { ArrowUp: -1, ArrowDown: 1, ArrowLeft: -7, ArrowRight: 7 };

/** Row of the calendar, Monday is 1. */
const weekdayRow = (day: string): number => ((new Date(`${day}T00:00:00Z`).getUTCDay() + 6) % 7) + 1;

interface HistoryCalendarProps {
  /** 90 days, oldest first. */
  days: readonly HistoryDay[];
  /** What was wrong, by day. */
  notes: Readonly<Record<string, readonly DayNote[]>>;
  view: Formatting;
  isStale: boolean;
  connector: { id: string; label: string };
  /** Its days can be loaded again now. */
  canRefill: boolean;
}

/** Ninety days as weeks; the day that is pointed at is told in words, and so are the latest that were not in sync. */
export function HistoryCalendar({ days, notes, view, isStale, connector, canRefill }: HistoryCalendarProps) {
  const [chosen, choose] = useState<string | null>(null);
  const grid = useRef<HTMLDivElement>(null);
  const side = useKeptFocus<HTMLDivElement>();
  const dialog = useBackfillDialog(side.ref);
  const first = days[0];
  const last = days.at(-1);
  if (!first || !last) return null;
  const troubled = days.filter(({ state }) => !quiet.has(state)).reverse();
  const current = days.find(({ day }) => day === chosen) ?? troubled[0] ?? last;
  const isGap = (day: string) => notes[day]?.some((note) => note.isGap) ?? false;
  const isOpenGap = (day: string) => notes[day]?.some((note) => note.isGap && !note.isOver) ?? false;
  const gapAround = (day: string) =>
    canRefill
      ? findGapAround(
          days.map((one) => one.day),
          day,
          isOpenGap,
        )
      : null;
  const currentGap = gapAround(current.day);
  const looksOf = ({ day, state }: HistoryDay) =>
    [styles[state], states[state], isGap(day) ? states.gap : ""].join(" ");
  const move = (event: KeyboardEvent) => {
    const at = days.findIndex(({ day }) => day === current.day);
    const to =
      event.key === "Home" ? 0 : event.key === "End" ? days.length - 1 : at + (steps[event.key] ?? 0);
    const target = days[to];
    if (to === at || !target) return;
    event.preventDefault();
    grid.current?.querySelector<HTMLButtonElement>(`[data-day="${target.day}"]`)?.focus();
  };
  return (
    <div className={styles.sides}>
      <div className={styles.side}>
        {/* biome-ignore lint/a11y/useSemanticElements: a fieldset is for fields */}
        <div
          ref={grid}
          role="group"
          aria-label={historyInWords(days)}
          className={isStale ? `${styles.calendar} ${states.muted}` : styles.calendar}
          onKeyDown={move}
        >
          {weekdays.map((weekday, index) => (
            <span key={weekday} className={styles.weekday} style={{ gridRow: index + 1 }} aria-hidden="true">
              {index % 2 === 0 ? weekday : ""}
            </span>
          ))}
          {days.map((one, index) => (
            <button
              key={one.day}
              type="button"
              data-day={one.day}
              className={`${styles.day} ${looksOf(one)}`}
              style={{
                gridRow: weekdayRow(one.day),
                gridColumn: 2 + Math.floor((index + weekdayRow(first.day) - 1) / 7),
              }}
              title={`${formatDay(one.day, view)}: ${dayInWords(one, notes[one.day])}`}
              aria-label={`${formatLongDay(one.day, view)}: ${dayInWords(one, notes[one.day])}`}
              aria-current={one === current ? "true" : undefined}
              tabIndex={one === current ? 0 : -1}
              onFocus={() => choose(one.day)}
              {...(canRefill && isOpenGap(one.day) ? { "aria-haspopup": "dialog" as const } : {})}
              onClick={() => {
                choose(one.day);
                const gap = gapAround(one.day);
                if (gap) dialog.open(gap);
              }}
            />
          ))}
        </div>
        <div className={styles.caption}>
          <span>{formatDay(first.day, view)}</span>
          <span>{formatDay(last.day, view)}</span>
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
          {days.some(({ day }) => isGap(day)) ? (
            <li>
              <span className={`${styles.sample} ${states.high} ${states.gap}`} />
              {canRefill && days.some(({ day }) => isOpenGap(day))
                ? "Rows missing: click to refill"
                : "Rows missing"}
            </li>
          ) : null}
        </ul>
      </div>
      <div {...side} tabIndex={-1} className={styles.side}>
        <Text as="p" fontWeight="semibold">
          {daysInSync(days)}
        </Text>
        <div className={styles.current}>
          <Text as="h3" variant="headingSm">
            {formatLongDay(current.day, view)}
          </Text>
          <Text as="p">{dayInWords(current, notes[current.day])}</Text>
          {currentGap ? (
            <div>
              <Button variant="plain" onClick={() => dialog.open(currentGap)}>
                {`${refillInWords(currentGap)}: ${rangeInWords(currentGap, view)}`}
              </Button>
            </div>
          ) : null}
        </div>
        {troubled.length > 1 ? (
          <ul className={styles.troubled}>
            {troubled.slice(0, LISTED).map((one) => (
              <li key={one.day}>
                <Text as="span" fontWeight="medium">
                  {formatDay(one.day, view)}
                </Text>{" "}
                {dayInWords(one, notes[one.day])}
              </li>
            ))}
            {troubled.length > LISTED ? <li>and {troubled.length - LISTED} more before that</li> : null}
          </ul>
        ) : null}
      </div>
      {dialog.opened ? (
        <BackfillModal connectorId={connector.id} label={connector.label} view={view} {...dialog.opened} />
      ) : null}
    </div>
  );
}
