import { type Counter, type Histogram, ValueType } from "@opentelemetry/api";
import { PrometheusSerializer } from "@opentelemetry/exporter-prometheus";
import {
  AggregationTemporality,
  DataPointType,
  InstrumentType,
  MeterProvider,
  type MetricData,
  type MetricDescriptor,
  MetricReader,
} from "@opentelemetry/sdk-metrics";
import { inTime } from "./in-time.ts";
import { log } from "./log.server.ts";
import { addTotals, loadTotals, saveTotals, type Total, type Totals } from "./metric-totals.server.ts";

/** How often what this process has counted is added to what all have: a killed process loses no more than this. */
const SAVE_EVERY_MS = 5_000;
/** The database has this long to answer a scrape, and as long again for the gauges. */
const ANSWER_WITHIN_MS = 2_000;

/** Each label with every value it can have: nothing unbounded, such as a shop, can become one. */
type LabelValues = Readonly<Record<string, readonly string[]>>;
type Labels<Values extends LabelValues> = { [Label in keyof Values]: Values[Label][number] };

/** Gives what was counted or seen since it was last asked; of what is read as a running total, that total. */
class Collector extends MetricReader {
  constructor() {
    super({
      aggregationTemporalitySelector: (type) =>
        type === InstrumentType.OBSERVABLE_COUNTER
          ? AggregationTemporality.CUMULATIVE
          : AggregationTemporality.DELTA,
    });
  }
  protected async onShutdown(): Promise<void> {}
  protected async onForceFlush(): Promise<void> {}
}

const scope = { name: "sync-health" };
const counted = new Collector();
const observed = new Collector();
const counting = new MeterProvider({ readers: [counted] }).getMeter(scope.name);
const observing = new MeterProvider({ readers: [observed] }).getMeter(scope.name);
const serializer = new PrometheusSerializer(undefined, false, undefined, true, true);

interface Instrument {
  descriptor: MetricDescriptor;
  /** In the order in which they are shown; the database keeps its own. */
  labelNames: readonly string[];
  bounds: readonly number[];
  kind: DataPointType.SUM | DataPointType.HISTOGRAM;
}
const instruments = new Map<string, Instrument>();
const zeros: Total[] = [];

/** What the database last said of all processes, with a zero for what nobody has counted yet. */
const known: Totals = new Map();
/** What this process has counted and not yet saved. */
const unsaved: Totals = new Map();
let beingSaved: readonly Total[] = [];

/**
 * Counts since the database was made, over all processes. Stands at zero for each combination of labels from the start.
 * @param name with its unit and `_total`: exporters leave it as it is but for dots
 */
export function counter<const Values extends LabelValues>(
  name: string,
  description: string,
  labels: Values,
): Counter<Labels<Values>> {
  declare({ name, description, unit: "" }, labels, [], combinationsOf(labels));
  return counting.createCounter(name, { description });
}

/** How values are spread, over all processes. Without labels it stands at zero from the start. */
export function histogram<const Values extends LabelValues>(
  name: string,
  description: string,
  { unit, bounds, labels }: { unit: string; bounds: readonly number[]; labels: Values },
): Histogram<Labels<Values>> {
  declare({ name, description, unit }, labels, bounds, Object.keys(labels).length === 0 ? [{}] : []);
  return counting.createHistogram(name, {
    description,
    unit,
    advice: { explicitBucketBoundaries: [...bounds] },
  });
}

interface Described {
  description: string;
  unit?: string;
  /** It only ever grows while this process lives: a counter to whoever reads it. */
  grows?: true;
}

export interface Reading<Name extends string> {
  name: Name;
  value: number;
  labels?: Record<string, string>;
}

/** Gauges that are read together, when somebody asks. What cannot be read then is left out of the answer. */
export function gauges<Name extends string>(
  described: Record<Name, Described>,
  read: () => Promise<Reading<Name>[]>,
): void {
  const byName = new Map(
    Object.entries<Described>(described).map(([name, { grows, ...options }]) => [
      name,
      grows
        ? observing.createObservableCounter(name, options)
        : observing.createObservableGauge(name, options),
    ]),
  );
  observing.addBatchObservableCallback(
    async (result) => {
      for (const { name, value, labels } of await read()) result.observe(byName.get(name)!, value, labels);
    },
    [...byName.values()],
  );
}

let isDatabaseAnswering = true;
gauges(
  {
    "dq.database.up": {
      description: "Whether the database answered this scrape; 0: totals are as last known.",
    },
  },
  async () => [{ name: "dq.database.up", value: isDatabaseAnswering ? 1 : 0 }],
);

function declare(
  described: { name: string; description: string; unit: string },
  labelValues: LabelValues,
  bounds: readonly number[],
  fromZero: readonly Record<string, string>[],
): void {
  const { name } = described;
  const isHistogram = bounds.length > 0;
  instruments.set(name, {
    descriptor: { ...described, valueType: ValueType.DOUBLE },
    labelNames: Object.keys(labelValues),
    bounds,
    kind: isHistogram ? DataPointType.HISTOGRAM : DataPointType.SUM,
  });
  const buckets = isHistogram ? Array.from({ length: bounds.length + 1 }, () => 0) : [];
  const mine = fromZero.map((labels) => ({ name, labels, bounds, total: 0, buckets }));
  zeros.push(...mine);
  addTotals(known, mine);
}

function combinationsOf(labels: LabelValues): Record<string, string>[] {
  return Object.entries(labels).reduce<Record<string, string>[]>(
    (sofar, [label, values]) => sofar.flatMap((one) => values.map((value) => ({ ...one, [label]: value }))),
    [{}],
  );
}

let turn: Promise<unknown> = Promise.resolve();

/** Saves and reads come one after another, so that no number is ever seen to fall. */
function inTurn(work: () => Promise<void>): Promise<void> {
  const done = turn.then(work);
  turn = done.catch(() => undefined);
  return done;
}

/** Adds what this process has counted to what all have. What could not be saved is saved with the next. */
export const saveMetrics = (): Promise<void> => inTurn(save);

async function save(): Promise<void> {
  await collectCounts();
  if (unsaved.size === 0) return;
  beingSaved = [...unsaved.values()];
  unsaved.clear();
  try {
    await saveTotals(beingSaved);
    addTotals(known, beingSaved);
  } catch (error) {
    addTotals(unsaved, beingSaved);
    throw error;
  } finally {
    beingSaved = [];
  }
}

async function refresh(): Promise<void> {
  await save();
  const rows = await loadTotals();
  known.clear();
  addTotals(known, zeros);
  addTotals(known, rows);
}

async function collectCounts(): Promise<void> {
  const { resourceMetrics } = await counted.collect();
  for (const { metrics } of resourceMetrics.scopeMetrics)
    for (const each of metrics) addTotals(unsaved, totalsOf(each));
}

function totalsOf(metric: MetricData): Total[] {
  const { name } = metric.descriptor;
  if (metric.dataPointType === DataPointType.SUM)
    return metric.dataPoints.map(({ attributes, value }) => ({
      name,
      labels: attributes as Record<string, string>,
      bounds: [],
      total: value,
      buckets: [],
    }));
  if (metric.dataPointType === DataPointType.HISTOGRAM)
    return metric.dataPoints.map(({ attributes, value }) => ({
      name,
      labels: attributes as Record<string, string>,
      bounds: value.buckets.boundaries,
      total: value.sum ?? 0,
      buckets: value.buckets.counts,
    }));
  return [];
}

/** Everything in Prometheus' text format. While the database is away: totals as last known, and no gauge of it. */
export async function renderMetrics(): Promise<string> {
  await collectCounts();
  isDatabaseAnswering = await inTime(inTurn(refresh), ANSWER_WITHIN_MS).then(
    () => true,
    (error: unknown) => {
      log.warn({ err: error }, "metrics are as last known");
      return false;
    },
  );
  const { resourceMetrics } = await observed.collect({ timeoutMillis: ANSWER_WITHIN_MS });
  return serializer.serialize({
    resource: resourceMetrics.resource,
    scopeMetrics: [{ scope, metrics: countedMetrics() }, ...resourceMetrics.scopeMetrics],
  });
}

function countedMetrics(): MetricData[] {
  const all: Totals = new Map();
  for (const some of [known.values(), unsaved.values(), beingSaved]) addTotals(all, some);
  // Prometheus takes the time of the scrape.
  const unused: [number, number] = [0, 0];
  return [...instruments.values()].map(({ descriptor, labelNames, bounds, kind }): MetricData => {
    // Rows of other bounds, or of names that are no more, are an older version's.
    const mine = [...all.values()].filter(
      (one) => one.name === descriptor.name && String(one.bounds) === String(bounds),
    );
    const base = { descriptor, aggregationTemporality: AggregationTemporality.CUMULATIVE };
    const pointOf = ({ labels }: Total) => ({
      startTime: unused,
      endTime: unused,
      attributes: Object.fromEntries(labelNames.map((label) => [label, labels[label]])),
    });
    return kind === DataPointType.SUM
      ? {
          ...base,
          dataPointType: kind,
          isMonotonic: true,
          dataPoints: mine.map((one) => ({ ...pointOf(one), value: one.total })),
        }
      : {
          ...base,
          dataPointType: kind,
          dataPoints: mine.map((one) => ({
            ...pointOf(one),
            value: {
              sum: one.total,
              count: one.buckets.reduce((sum, count) => sum + count, 0),
              buckets: { boundaries: [...bounds], counts: [...one.buckets] },
            },
          })),
        };
  });
}

let timer: NodeJS.Timeout | undefined;

/** From now on saves by itself. */
export function startMetrics(): void {
  let isFailing = false;
  timer = setInterval(() => {
    saveMetrics().then(
      () => {
        isFailing = false;
      },
      (error: unknown) => {
        if (!isFailing) log.warn({ err: error }, "what was counted could not be saved yet");
        isFailing = true;
      },
    );
  }, SAVE_EVERY_MS).unref();
}

/** Saves once more, before the process ends; it does not wait for a database that is away. */
export async function stopMetrics(): Promise<void> {
  clearInterval(timer);
  await inTime(saveMetrics(), ANSWER_WITHIN_MS).catch((error: unknown) =>
    log.warn({ err: error }, "what was counted last could not be saved"),
  );
}
