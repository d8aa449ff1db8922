import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createTestDatabase, type TestDatabase } from "#e2e/support/database.ts";
import { afterCommit, committed } from "./after-commit.server.ts";
import { db } from "./db.server.ts";
import { addTotals, loadTotals, saveTotals, type Total, type Totals } from "./metric-totals.server.ts";
import { counter, gauges, histogram, renderMetrics, saveMetrics } from "./metrics.server.ts";

let database: TestDatabase;
beforeAll(async () => {
  database = await createTestDatabase();
});
afterAll(() => database.drop());

const fruits = counter("test.fruits_total", "Fruits.", { kind: ["apple", "pear"], size: ["small"] });
const seconds = histogram("test.seconds", "Seconds.", { unit: "s", bounds: [0.1, 1], labels: {} });
const lines = async (start: string) =>
  (await renderMetrics()).split("\n").filter((line) => line.startsWith(start));
const apples = 'test_fruits_total{kind="apple",size="small"}';

/** What another process would have saved. */
const elsewhere = (total: number): Total => ({
  name: "test.fruits_total",
  labels: { size: "small", kind: "apple" },
  bounds: [],
  total,
  buckets: [],
});

describe("a counter and a histogram", () => {
  it("stand at zero before anything was counted, under their names", async () => {
    expect(await lines("test_fruits")).toEqual([
      `${apples} 0`,
      'test_fruits_total{kind="pear",size="small"} 0',
    ]);
    expect(await lines("test_seconds")).toEqual([
      "test_seconds_count 0",
      "test_seconds_sum 0",
      'test_seconds_bucket{le="0.1"} 0',
      'test_seconds_bucket{le="1"} 0',
      'test_seconds_bucket{le="+Inf"} 0',
    ]);
    expect(await lines("# TYPE test_")).toEqual([
      "# TYPE test_fruits_total counter",
      "# TYPE test_seconds histogram",
    ]);
  });

  it("count, and a value on a bound falls under it", async () => {
    fruits.add(2, { kind: "apple", size: "small" });
    for (const value of [0.1, 0.11, 1, 1.5]) seconds.record(value, {});
    expect(await lines(apples)).toEqual([`${apples} 2`]);
    expect(await lines("test_seconds_")).toEqual([
      "test_seconds_count 4",
      "test_seconds_sum 2.71",
      'test_seconds_bucket{le="0.1"} 1',
      'test_seconds_bucket{le="1"} 3',
      'test_seconds_bucket{le="+Inf"} 4',
    ]);
  });

  it("say the same when asked again: what is saved is not counted twice", async () => {
    await Promise.all([saveMetrics(), saveMetrics(), renderMetrics(), renderMetrics()]);
    expect(await lines(apples)).toEqual([`${apples} 2`]);
    expect(await lines("test_seconds_count")).toEqual(["test_seconds_count 4"]);
  });

  it("count what other processes saved, whatever the order of their labels", async () => {
    await Promise.all(Array.from({ length: 20 }, () => saveTotals([elsewhere(1)])));
    fruits.add(1, { kind: "apple", size: "small" });
    expect(await lines(apples)).toEqual([`${apples} 23`]);
  });

  it("leave out what an older version counted under another name or other bounds", async () => {
    await saveTotals([
      { ...elsewhere(5), name: "test.gone_total" },
      { name: "test.seconds", labels: {}, bounds: [7], total: 70, buckets: [1, 9] },
    ]);
    expect(await lines("test_gone")).toEqual([]);
    expect(await lines("test_seconds_count")).toEqual(["test_seconds_count 4"]);
  });
});

describe("while the totals cannot be read or written", () => {
  const breaking = () => database.owner.query("ALTER TABLE metric_totals RENAME TO gone");
  const mending = () => database.owner.query("ALTER TABLE gone RENAME TO metric_totals");

  it("counts go on from the last known, and none is lost or doubled when they can again", async () => {
    const [before] = await lines(apples);
    const was = Number(before!.split(" ")[1]);
    await breaking();
    fruits.add(3, { kind: "apple", size: "small" });
    await expect(saveMetrics()).rejects.toThrow(/metric_totals/);
    expect(await lines(apples)).toEqual([`${apples} ${was + 3}`]);
    fruits.add(1, { kind: "apple", size: "small" });
    expect(await lines(apples)).toEqual([`${apples} ${was + 4}`]);
    expect(await lines("dq_database_up")).toEqual(["dq_database_up 0"]);
    await mending();
    expect(await lines(apples)).toEqual([`${apples} ${was + 4}`]);
    expect(await lines("dq_database_up")).toEqual(["dq_database_up 1"]);
    expect((await loadTotals()).find(({ labels }) => labels.kind === "apple")?.total).toBe(was + 4);
  });
});

describe("a gauge", () => {
  let read: () => Promise<{ name: "test.level"; value: number; labels?: Record<string, string> }[]>;
  gauges({ "test.level": { description: "Level." } }, () => read());

  it("is read when somebody asks, and left out when it cannot be read", async () => {
    read = async () => [{ name: "test.level", value: 7, labels: { of: "water" } }];
    expect(await lines("test_level")).toEqual(['test_level{of="water"} 7']);
    read = async () => Promise.reject(new Error("away"));
    expect(await lines("test_level")).toEqual([]);
    read = () => new Promise(() => undefined);
    expect(await lines("test_level")).toEqual([]);
    expect(await lines(apples)).toHaveLength(1);
    read = async () => [];
    expect(await lines("test_level")).toEqual([]);
  });
});

it("adds totals only where name, labels and bounds are the same", () => {
  const totals: Totals = new Map();
  const one: Total = { name: "a", labels: { x: "1", y: "2" }, bounds: [1], total: 0.5, buckets: [1, 0] };
  addTotals(totals, [
    one,
    { ...one, labels: { y: "2", x: "1" }, total: 2, buckets: [0, 1] },
    { ...one, labels: { x: "2", y: "1" } },
    { ...one, bounds: [2] },
    { ...one, name: "b" },
  ]);
  expect([...totals.values()].map(({ total, buckets }) => [total, buckets])).toEqual([
    [2.5, [1, 1]],
    [0.5, [1, 0]],
    [0.5, [1, 0]],
    [0.5, [1, 0]],
  ]);
});

it("acts after a transaction's commit once, in order, and not without it", async () => {
  const acts: string[] = [];
  await db().$transaction(async (tx) => {
    afterCommit(tx, () => acts.push("first"));
    afterCommit(tx, () => acts.push("second"));
    await db().$transaction(async (other) => afterCommit(other, () => acts.push("of another")));
    committed(tx);
    committed(tx);
  });
  expect(acts).toEqual(["first", "second"]);
});
