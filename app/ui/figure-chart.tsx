import { BlockStack, Text } from "@shopify/polaris";
import { scaleLinear } from "d3-scale";
import { useId } from "react";
import type { FigureChart as Chart } from "../modules/dashboards/dashboard-page.ts";
import type { ShopView } from "../modules/health/pages.ts";
import { chartInWords, type DayOfChart, dayOfChartInWords, daysOf, formatFigure } from "./dashboard-words.ts";
import styles from "./figure-chart.module.css";
import { FigureTable } from "./figure-table.tsx";
import { formatDay } from "./format.ts";

interface FigureChartProps {
  chart: Chart;
  days: readonly string[];
  view: ShopView;
  /** For one of many, beside each other. */
  isSmall?: boolean;
}

/** A number day by day, as bars: hatched where it may still change, shaded where something is wrong. */
export function FigureChart({ chart, days, view, isSmall = false }: FigureChartProps) {
  const points = daysOf(chart, days);
  return (
    <figure className={styles.figure}>
      <BlockStack gap="200">
        <Text as="h3" variant="headingSm">
          {chart.title}
        </Text>
        <Plot chart={chart} points={points} view={view} isSmall={isSmall} />
        <Legend points={points} />
        <FigureTable chart={chart} points={points} view={view} />
      </BlockStack>
    </figure>
  );
}

const Y_TICKS = 3;
const X_TICKS = 6;
/** How much of a day's room its bar takes. */
const BAR = 0.72;

interface PlotProps {
  chart: Chart;
  points: readonly DayOfChart[];
  view: ShopView;
  isSmall: boolean;
}

function Plot({ chart, points, view, isSmall }: PlotProps) {
  const hatch = useHatch();
  const { unit } = chart;
  const y = scaleOf(points, unit);
  const yTicks = y.ticks(Y_TICKS).filter((tick) => unit !== "count" || Number.isInteger(tick));
  const isShort = unit === "percent" || unit === "ratio" || y.domain()[1]! >= 10_000;
  // An axis of whole amounts needs no cents.
  const isWhole = yTicks.every((tick) => Number.isInteger(tick));
  const labels = yTicks.map((tick) => formatFigure(tick, unit, view, isShort || isWhole));
  const step = Math.ceil(points.length / (isSmall ? X_TICKS / 2 : X_TICKS));
  const across = (index: number) => `${(100 * index) / points.length}%`;
  const down = (value: number) => `${y(value)}%`;
  return (
    <div
      role="img"
      aria-label={chartInWords(chart, points, view)}
      className={styles.frame}
      style={{ paddingInlineStart: `${Math.max(...labels.map((label) => label.length)) + 1}ch` }}
    >
      <div className={styles.plot} data-small={isSmall}>
        <svg className={styles.surface} aria-hidden="true">
          <Hatch id={hatch} />
          {points.map(({ day, problems }, index) =>
            problems.length > 0 ? (
              <rect key={day} className={styles.problem} x={across(index)} width={across(1)} height="100%" />
            ) : null,
          )}
          {yTicks.map((tick) => (
            <line
              key={tick}
              className={tick === 0 ? styles.base : styles.rule}
              x2="100%"
              y1={down(tick)}
              y2={down(tick)}
            />
          ))}
          {points.map((point, index) =>
            point.value === null || point.value === 0 ? null : (
              <rect
                key={point.day}
                className={styles.bar}
                fill={`url(#${hatch})`}
                data-state={stateOf(point)}
                x={across(index + (1 - BAR) / 2)}
                width={across(BAR)}
                y={down(Math.max(0, point.value))}
                height={`${Math.abs(y(point.value) - y(0))}%`}
              />
            ),
          )}
        </svg>
        {yTicks.map((tick, index) => (
          <span key={tick} className={styles.amount} style={{ insetBlockStart: down(tick) }}>
            {labels[index]}
          </span>
        ))}
        {points.map((point, index) => (
          <span
            key={point.day}
            className={styles.day}
            style={{ insetInlineStart: across(index), inlineSize: across(1) }}
            title={dayOfChartInWords(point, unit, view)}
          >
            {point.problems.length > 0 ? <Mark kind="problem" /> : null}
            {point.value === null && points[index - 1]?.value !== null ? <Mark kind="nothing" /> : null}
            {index % step === step >> 1 ? (
              <span className={styles.date} data-minor={((index - (step >> 1)) / step) % 2 === 1}>
                {formatDay(point.day, view)}
              </span>
            ) : null}
          </span>
        ))}
      </div>
    </div>
  );
}

/** From zero, or from the lowest where refunds outweigh sales, to the highest; in percent of the height, from the top. */
function scaleOf(points: readonly DayOfChart[], unit: Chart["unit"]) {
  const values = points.map(({ value }) => value ?? 0);
  const highest = Math.max(0, ...values);
  const least = unit === "count" || unit === "money" ? 1 : 0;
  return scaleLinear([Math.min(0, ...values), Math.max(least, highest) || 1], [100, 0]).nice(Y_TICKS);
}

/** What a bar looks like: hollow without one of its sources, hatched while it may change. */
const stateOf = ({ isProvisional, missing }: DayOfChart): "partial" | "provisional" | "settled" =>
  missing.length > 0 ? "partial" : isProvisional ? "provisional" : "settled";

/** An id that CSS can name. */
const useHatch = (): string => `hatch${useId().replaceAll(":", "")}`;

function Hatch({ id }: { id: string }) {
  return (
    <defs>
      <pattern id={id} width="5" height="5" patternUnits="userSpaceOnUse" patternTransform="rotate(45)">
        <rect className={styles.hatchGround} width="5" height="5" />
        <rect className={styles.hatchLine} width="2" height="5" />
      </pattern>
    </defs>
  );
}

const outlines = {
  problem: "M6 1.5l5 9H1z",
  nothing: "M3 3l6 6m0-6l-6 6",
} as const;

/** A day's mark: told by its shape, not by its colour alone. */
function Mark({ kind, isSample = false }: { kind: keyof typeof outlines; isSample?: boolean }) {
  return (
    <svg
      className={isSample ? styles.sample : styles.mark}
      data-kind={kind}
      viewBox="0 0 12 12"
      aria-hidden="true"
    >
      <path d={outlines[kind]} />
    </svg>
  );
}

/** What the drawing's hatching and marks mean: those that occur. Bars alone need no words. */
function Legend({ points }: { points: readonly DayOfChart[] }) {
  const hatch = useHatch();
  const drawn = points.filter(({ value }) => value !== null);
  const states = new Set(drawn.map(stateOf));
  const entries = [
    {
      words: "May still change",
      sample: (
        <svg className={styles.sample} aria-hidden="true">
          <Hatch id={hatch} />
          <rect width="12" height="12" fill={`url(#${hatch})`} />
        </svg>
      ),
      isShown: states.has("provisional"),
    },
    {
      words: "Lacks a source",
      sample: (
        <svg className={styles.sample} aria-hidden="true">
          <rect className={styles.bar} data-state="partial" width="12" height="12" />
        </svg>
      ),
      isShown: states.has("partial"),
    },
    {
      words: "Open problem",
      sample: <Mark kind="problem" isSample />,
      isShown: points.some(({ problems }) => problems.length > 0),
    },
    {
      words: "No number yet",
      sample: <Mark kind="nothing" isSample />,
      isShown: drawn.length < points.length,
    },
  ].filter(({ isShown }) => isShown);
  if (entries.length === 0) return null;
  return (
    <ul className={styles.legend} aria-hidden="true">
      {entries.map(({ words, sample }) => (
        <li key={words}>
          {sample}
          {words}
        </li>
      ))}
    </ul>
  );
}
