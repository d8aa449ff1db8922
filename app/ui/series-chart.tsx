import { Text } from "@shopify/polaris";
import { scaleLinear, scalePoint } from "d3-scale";
import { area, line } from "d3-shape";
import type { Tier } from "../modules/anomalies/judge-day.ts";
import type { ChartPoint, SeriesChart } from "../modules/checks/series-chart.ts";
import { ChartFigure, ChartFrame, ChartLegend, ChartMark, chartSurface } from "./chart-frame.tsx";
import { type Formatting, formatDay } from "./format.ts";
import styles from "./series-chart.module.css";
import { SeriesTable } from "./series-table.tsx";
import { formatAmount, pointInWords, seriesInWords } from "./series-words.ts";

interface SeriesChartsProps {
  /** Null: nothing was read of this source yet. */
  charts: readonly SeriesChart[] | null;
  view: Formatting;
  /** Days to shade: those an incident is about. */
  marked?: readonly string[];
}

/** Expected and actual, day by day: one chart for each series, beside each other where there is room. */
export function SeriesCharts({ charts, view, marked = [] }: SeriesChartsProps) {
  if (!charts || charts.length === 0) {
    return (
      <Text as="p" tone="subdued">
        We have not read this source's data yet. Its days show here after its first complete sync.
      </Text>
    );
  }
  return (
    <div className={styles.charts}>
      {charts.map((chart) => (
        <OneChart key={chart.key} chart={chart} view={view} marked={marked} />
      ))}
    </div>
  );
}

function OneChart({
  chart,
  view,
  marked,
}: {
  chart: SeriesChart;
  view: Formatting;
  marked: readonly string[];
}) {
  const last = chart.points.at(-1);
  return (
    <ChartFigure title={chart.title}>
      {last ? (
        <>
          <Plot chart={chart} view={view} marked={marked} />
          <Legend chart={chart} marked={marked} />
          <Text as="p" variant="bodySm" tone="subdued">
            Whole days up to {formatDay(last.day, view)}; later ones are not over or not synced yet.
            {remarkOn(chart)}
          </Text>
          <SeriesTable chart={chart} view={view} marked={marked} />
        </>
      ) : (
        <Text as="p" tone="subdued">
          There is no whole day of data yet. The first one shows here after the next sync.
        </Text>
      )}
    </ChartFigure>
  );
}

/** Why nothing is flagged, where that is no good news. */
function remarkOn({ isLearning, hasVolume }: SeriesChart): string {
  if (isLearning)
    return " We need two weeks of history, with two weekends, to know what is usual. Nothing is flagged before that.";
  if (!hasVolume) return " There is too little here for an empty day to mean anything, so none is flagged.";
  return "";
}

/** The lines' own units; they are stretched to the room there is, text and marks are not. A unit of height is a percent. */
const WIDTH = 1000;
const HEIGHT = 100;
const Y_TICKS = 3;

function Plot({ chart, view, marked }: { chart: SeriesChart; view: Formatting; marked: readonly string[] }) {
  const { points, provisionalFrom, unit } = chart;
  const top = topOf(points);
  const x = scalePoint(
    points.map(({ day }) => day),
    [0, WIDTH],
  ).padding(0.5);
  const y = scaleLinear([0, top], [HEIGHT, 0]).nice(Y_TICKS);
  const ceiling = y.domain()[1]!;
  const yTicks = y.ticks(Y_TICKS).filter((tick) => unit.kind === "money" || Number.isInteger(tick));
  const xOf = ({ day }: ChartPoint) => x(day)!;
  const yOf = (value: number) => y(Math.min(ceiling, Math.max(0, value)));
  const band = area<ChartPoint>()
    .defined(({ expectedLow }) => expectedLow !== null)
    .x(xOf)
    .y0(({ expectedLow }) => yOf(expectedLow!))
    .y1(({ expectedHigh }) => yOf(expectedHigh ?? ceiling));
  const actual = line<ChartPoint>()
    .defined(({ value }) => value !== null)
    .x(xOf)
    .y(({ value }) => yOf(value!));
  const unsettledAt = points.findIndex(({ day }) => provisionalFrom !== null && day >= provisionalFrom);
  const settled = unsettledAt < 0 ? points : points.slice(0, unsettledAt);
  // The dashed line begins where the other ends.
  const unsettled = unsettledAt < 0 ? [] : points.slice(Math.max(0, unsettledAt - 1));
  return (
    <ChartFrame
      label={seriesInWords(chart, view)}
      amounts={yTicks.map((tick) => ({
        at: y(tick),
        words: formatAmount(tick, unit, view, ceiling >= 10_000),
        isBase: tick === 0,
      }))}
      days={points.map((point, index) => ({
        day: point.day,
        words: pointInWords(point, chart, marked, view),
        mark: point.unusual ? (
          <ChartMark
            outline={outlines[shapes[point.unusual.kind]]}
            kind={point.unusual.tier}
            at={yOf(point.value ?? 0)}
          />
        ) : point.state === "missing" ? (
          <ChartMark outline={outlines.cross} kind="absent" at={HEIGHT} />
        ) : isAlone(points, index) ? (
          <ChartMark outline={outlines.dot} kind="usual" at={yOf(point.value ?? 0)} />
        ) : null,
      }))}
      view={view}
    >
      <svg
        className={`${chartSurface} ${styles.lines}`}
        viewBox={`0 0 ${WIDTH} ${HEIGHT}`}
        preserveAspectRatio="none"
        aria-hidden="true"
      >
        {points
          .filter(({ day }) => marked.includes(day))
          .map((point) => (
            <rect
              key={point.day}
              className={styles.marked}
              x={xOf(point) - x.step() / 2}
              width={x.step()}
              y={0}
              height={HEIGHT}
            />
          ))}
        <path className={styles.band} d={band(points) ?? ""} />
        <path className={styles.unsettled} d={actual(unsettled) ?? ""} />
        <path className={styles.actual} d={actual(settled) ?? ""} />
      </svg>
    </ChartFrame>
  );
}

/** The scale holds all that happened, and what was expected unless that is far more. */
function topOf(points: readonly ChartPoint[]): number {
  const largest = Math.max(0, ...points.map(({ value }) => value ?? 0));
  const expected = Math.max(0, ...points.map(({ expectedHigh }) => expectedHigh ?? 0));
  return Math.max(1, largest, Math.min(expected, 2.5 * largest));
}

/** A value with no neighbour: a line cannot show it. */
const isAlone = (points: readonly ChartPoint[], index: number): boolean =>
  points[index]!.value !== null &&
  (points[index - 1]?.value ?? null) === null &&
  (points[index + 1]?.value ?? null) === null;

const shapes = { drop: "down", zero: "down", rise: "up", double: "up", stuck: "square" } as const;
const outlines = {
  down: "M1.5 2.5h9L6 10.5z",
  up: "M1.5 9.5h9L6 1.5z",
  square: "M2 2h8v8H2z",
  cross: "M2.5 2.5l7 7m0-7l-7 7",
  dot: "M6 3.5a2.5 2.5 0 1 0 .001 0z",
} as const;

/** What the drawing's lines and marks mean. */
function Legend({
  chart: { points, provisionalFrom },
  marked,
}: {
  chart: SeriesChart;
  marked: readonly string[];
}) {
  const tiersOf = (...kinds: string[]) =>
    points.flatMap(({ unusual }) => (unusual && kinds.includes(unusual.kind) ? [unusual.tier] : []));
  const markOf = (words: string, shape: "down" | "up" | "square", tiers: readonly Tier[]) => ({
    words,
    sample: <ChartMark outline={outlines[shape]} kind={tiers.includes("high") ? "high" : "warning"} />,
    isShown: tiers.length > 0,
  });
  const entries = [
    { words: "Actual", sample: <span className={styles.actualSample} />, isShown: true },
    {
      words: "Expected",
      sample: <span className={styles.bandSample} />,
      isShown: points.some(({ expectedLow }) => expectedLow !== null),
    },
    {
      words: "May still change",
      sample: <span className={styles.unsettledSample} />,
      isShown: provisionalFrom !== null,
    },
    markOf("Less than usual", "down", tiersOf("drop", "zero")),
    markOf("More than usual", "up", tiersOf("rise", "double")),
    markOf("Same value again", "square", tiersOf("stuck")),
    {
      words: "No data",
      sample: <ChartMark outline={outlines.cross} kind="absent" />,
      isShown: points.some(({ state }) => state === "missing"),
    },
    {
      words: "Days of this problem",
      sample: <span className={styles.markedSample} />,
      isShown: points.some(({ day }) => marked.includes(day)),
    },
  ];
  return <ChartLegend entries={entries} />;
}
