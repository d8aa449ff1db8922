import { scaleLinear } from "d3-scale";
import { useId } from "react";
import type { FigureChart as Chart } from "../modules/dashboards/dashboard-page.ts";
import type { ShopView } from "../modules/health/pages.ts";
import { ChartFigure, ChartFrame, ChartLegend, ChartMark, chartSurface } from "./chart-frame.tsx";
import { chartInWords, type DayOfChart, dayOfChartInWords, daysOf, formatFigure } from "./dashboard-words.ts";
import styles from "./figure-chart.module.css";
import { FigureTable } from "./figure-table.tsx";

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
    <ChartFigure title={chart.title}>
      <Plot chart={chart} points={points} view={view} isSmall={isSmall} />
      <Legend points={points} />
      <FigureTable chart={chart} points={points} view={view} />
    </ChartFigure>
  );
}

const Y_TICKS = 3;
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
  const across = (index: number) => `${(100 * index) / points.length}%`;
  return (
    <ChartFrame
      label={chartInWords(chart, points, view)}
      amounts={yTicks.map((tick) => ({
        at: y(tick),
        words: formatFigure(tick, unit, view, isShort || isWhole),
        isBase: tick === 0,
      }))}
      days={points.map((point, index) => ({
        day: point.day,
        words: dayOfChartInWords(point, unit, view),
        mark:
          point.problems.length > 0 ? (
            <ChartMark {...marks.problem} at={0} />
          ) : point.value === null && points[index - 1]?.value !== null ? (
            <ChartMark {...marks.nothing} at={100} />
          ) : null,
      }))}
      view={view}
      isSmall={isSmall}
    >
      <svg className={chartSurface} aria-hidden="true">
        <Hatch id={hatch} />
        {points.map(({ day, problems }, index) =>
          problems.length > 0 ? (
            <rect key={day} className={styles.problem} x={across(index)} width={across(1)} height="100%" />
          ) : null,
        )}
        {points.map((point, index) =>
          point.value === null || point.value === 0 ? null : (
            <rect
              key={point.day}
              className={styles.bar}
              fill={`url(#${hatch})`}
              data-state={stateOf(point)}
              x={across(index + (1 - BAR) / 2)}
              width={across(BAR)}
              y={`${y(Math.max(0, point.value))}%`}
              height={`${Math.abs(y(point.value) - y(0))}%`}
            />
          ),
        )}
      </svg>
    </ChartFrame>
  );
}

const marks = {
  problem: { outline: "M6 1.5l5 9H1z", kind: "warning" },
  nothing: { outline: "M3 3l6 6m0-6l-6 6", kind: "absent" },
} as const;

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

/** What the drawing's hatching and marks mean. Bars alone need no words. */
function Legend({ points }: { points: readonly DayOfChart[] }) {
  const hatch = useHatch();
  const drawn = points.filter(({ value }) => value !== null);
  const states = new Set(drawn.map(stateOf));
  return (
    <ChartLegend
      entries={[
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
          sample: <ChartMark {...marks.problem} />,
          isShown: points.some(({ problems }) => problems.length > 0),
        },
        {
          words: "No number yet",
          sample: <ChartMark {...marks.nothing} />,
          isShown: drawn.length < points.length,
        },
      ]}
    />
  );
}
