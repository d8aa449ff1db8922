import { BlockStack, Text } from "@shopify/polaris";
import type { ReactNode } from "react";
import styles from "./chart-frame.module.css";
import { type Formatting, formatDay } from "./format.ts";

/** A chart with its name above and what belongs to it below. */
export function ChartFigure({ title, children }: { title: string; children: ReactNode }) {
  return (
    <figure className={styles.figure}>
      <BlockStack gap="200">
        <Text as="h3" variant="headingSm">
          {title}
        </Text>
        {children}
      </BlockStack>
    </figure>
  );
}

interface ChartFrameProps {
  /** The drawing in words: all that one who does not see it gets of it. */
  label: string;
  /** The amounts of the scale. `at`: percent of the height, from the top. */
  amounts: readonly { at: number; words: string; isBase: boolean }[];
  /** Each takes an equal share of the width. `words`: what pointing at it tells. `mark`: drawn over it. */
  days: readonly { day: string; words: string; mark: ReactNode }[];
  view: Formatting;
  /** For one of many, beside each other. */
  isSmall?: boolean;
  /** The bars or lines: an svg with `chartSurface` for its class. */
  children: ReactNode;
}

const DATES = 6;

/** Fills the room that days and amounts are drawn in. */
export const chartSurface = styles.surface;

/** What every chart day by day stands in: amounts and rules, days and dates. Stretches to the room there is. */
export function ChartFrame({ label, amounts, days, view, isSmall = false, children }: ChartFrameProps) {
  const step = Math.ceil(days.length / (isSmall ? DATES / 2 : DATES));
  const share = 100 / days.length;
  return (
    <div
      role="img"
      aria-label={label}
      className={styles.frame}
      style={{ paddingInlineStart: `${Math.max(...amounts.map(({ words }) => words.length)) + 1}ch` }}
    >
      <div className={styles.plot} data-small={isSmall}>
        <svg className={styles.surface} aria-hidden="true">
          {amounts.map(({ at, isBase }) => (
            <line
              key={at}
              className={isBase ? styles.base : styles.rule}
              x2="100%"
              y1={`${at}%`}
              y2={`${at}%`}
            />
          ))}
        </svg>
        {children}
        {amounts.map(({ at, words }) => (
          <span key={at} className={styles.amount} style={{ insetBlockStart: `${at}%` }}>
            {words}
          </span>
        ))}
        {days.map(({ day, words, mark }, index) => (
          <span
            key={day}
            className={styles.day}
            style={{ insetInlineStart: `${index * share}%`, inlineSize: `${share}%` }}
            title={words}
          >
            {mark}
            {index % step === step >> 1 ? (
              <span className={styles.date} data-minor={((index - (step >> 1)) / step) % 2 === 1}>
                {formatDay(day, view)}
              </span>
            ) : null}
          </span>
        ))}
      </div>
    </div>
  );
}

interface ChartMarkProps {
  /** A path in a square of 12. */
  outline: string;
  kind: "warning" | "high" | "absent" | "usual";
  /** Percent of the height, from the top; without it, a sample for the legend. */
  at?: number;
}

/** A day's mark: what it says is told by its shape, how bad it is by its colour. */
export function ChartMark({ outline, kind, at }: ChartMarkProps) {
  return (
    <svg
      className={at === undefined ? styles.sample : styles.mark}
      data-kind={kind}
      viewBox="0 0 12 12"
      style={at === undefined ? undefined : { insetBlockStart: `${at}%` }}
      aria-hidden="true"
    >
      <path d={outline} />
    </svg>
  );
}

/** What lines, hatching and marks mean: those that occur. */
export function ChartLegend({
  entries,
}: {
  entries: readonly { words: string; sample: ReactNode; isShown: boolean }[];
}) {
  const shown = entries.filter(({ isShown }) => isShown);
  if (shown.length === 0) return null;
  return (
    <ul className={styles.legend} aria-hidden="true">
      {shown.map(({ words, sample }) => (
        <li key={words}>
          {sample}
          {words}
        </li>
      ))}
    </ul>
  );
}
