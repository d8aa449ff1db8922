import fc from "fast-check";
import { describe, expect, it, test } from "vitest";
import { type Source, sourceKeys } from "../connectors/sources.ts";
import { rewindState } from "./cursor-rewind.ts";
import { rewindCursor } from "./cursor-value.ts";

const target = { day: "2026-07-01", timeZone: "America/New_York" };
const partition = (cursor: object) => ({ partition: { customer_id: "1", parent_slice: {} }, cursor });
const stateOf = (streams: Record<string, object | null>) => ({
  stateType: "stream",
  connectionId: "c",
  streamState: Object.entries(streams).map(([name, streamState]) => ({
    streamDescriptor: { name, namespace: null },
    streamState: streamState as Record<string, unknown> | null,
  })),
});
const rewind = (source: Source, streams: Record<string, object | null>) => {
  const rewound = rewindState(stateOf(streams), source, target);
  if (!rewound) return null;
  const all = rewound.state.streamState.map((each) => [each.streamDescriptor.name, each.streamState]);
  return { streams: rewound.streams, state: Object.fromEntries(all) };
};

describe("rewindCursor keeps the form", () => {
  it.each([
    ["2026-08-01", "2026-06-30"],
    ["20260801", "20260630"],
    ["2026-08-01T00:00:00", "2026-06-30T00:00:00"],
    ["2026-08-01 10:11:12.123456", "2026-06-30 00:00:00.000000"],
    ["2026-08-01T10:11:12-07:00", "2026-06-30T21:00:00-07:00"],
    ["2026-08-01T10:11:12+0000", "2026-07-01T04:00:00+0000"],
    ["2026-08-01T10:11:12.500Z", "2026-07-01T04:00:00.000Z"],
    ["2026-08-01T10:11:12Z", "2026-07-01T04:00:00Z"],
  ])("%s becomes %s", (value, rewound) => expect(rewindCursor(value, target)).toBe(rewound));

  it.each(["2026-06-29", "20260629", "2026-06-29T23:00:00", "2026-07-01T03:59:59Z", "2026-07-01T04:00:00Z"])(
    "%s stays: it stands before the day",
    (value) => expect(rewindCursor(value, target)).toBe(value),
  );

  it.each([[1_785_000_000], ["1785000000"], ["2026-02-31"], ["20261399"], [""], ["soon"], [null], [{}]])(
    "%j is not known",
    (value) => expect(rewindCursor(value, target)).toBeNull(),
  );
});

describe("rewindState", () => {
  it("rewinds a Shopify child with its parent, and leaves the connection's other streams", () => {
    const orders = {
      updated_at: "2026-08-01T00:00:00-04:00",
      deleted: { deleted_at: "2026-07-20T00:00:00-04:00" },
    };
    const order_refunds = { created_at: "2026-08-01T00:00:00-04:00", orders };
    const products = { updated_at: "2026-08-01T00:00:00-04:00" };
    const back = "2026-07-01T00:00:00-04:00";
    expect(rewind("shopify_refunds", { orders, order_refunds, products })).toEqual({
      streams: ["order_refunds"],
      state: {
        orders,
        products,
        order_refunds: { created_at: back, orders: { ...orders, updated_at: back } },
      },
    });
    expect(rewind("shopify_orders", { orders, order_refunds, products })).toEqual({
      streams: ["orders"],
      state: { order_refunds, products, orders: { ...orders, updated_at: back } },
    });
  });

  it("clears the days Meta has read ahead, by account, and leaves entities", () => {
    const ads = { updated_time: "2026-08-01T00:00:00+0000", include_deleted: false };
    expect(
      rewind("meta_ads", {
        ads_insights: { "99": { date_start: "2026-08-01", slices: ["2026-08-02"] }, time_increment: 1 },
        ads,
      }),
    ).toEqual({
      streams: ["ads_insights"],
      state: { ads_insights: { "99": { date_start: "2026-06-30", slices: [] }, time_increment: 1 }, ads },
    });
  });

  it("rewinds every partition, the global cursor and the parents", () => {
    const shape = (date: string) => ({
      use_global_cursor: false,
      states: [partition({ "segments.date": date }), partition({ "segments.date": date })],
      state: { "segments.date": date },
      lookback_window: 1,
      parent_state: { customer_client: {}, accounts: { "segments.date": date } },
    });
    expect(rewind("google_ads", { campaign: shape("2026-08-01") })?.state.campaign).toEqual(
      shape("2026-06-30"),
    );
  });

  it.each([
    ["recharge", { updated_at: "2026-08-01T00:00:00+0000" }, { updated_at: "2026-07-01T04:00:00+0000" }],
    ["google_ads", { "1": { "segments.date": "2026-08-01" } }, { "1": { "segments.date": "2026-06-30" } }],
    ["amazon_ads", { "1": { reportDate: "20260801" } }, { "1": { reportDate: "20260630" } }],
    [
      "tiktok_ads",
      { states: [partition({ stat_time_hour: "2026-08-01 10:00:00" })] },
      { states: [partition({ stat_time_hour: "2026-06-30 00:00:00" })] },
    ],
    [
      "pinterest_ads",
      { states: [], state: { DATE: "2026-08-01" } },
      { states: [], state: { DATE: "2026-06-30" } },
    ],
    ["snap_ads", { start_time: "2026-08-01T00:00:00" }, { start_time: "2026-06-30T00:00:00" }],
    ["klaviyo", { datetime: "2026-08-01T00:00:00+0000" }, { datetime: "2026-07-01T04:00:00+0000" }],
    ["ga4", { date: "2026-08-01" }, { date: "2026-06-30" }],
  ] as const)("%s: %j becomes %j", (source, shape, rewound) =>
    expect(rewind(source, { stream: shape })?.state.stream).toEqual(rewound),
  );

  it.each([
    ["a push source", "postscript", { messages: { updated_at: "2026-08-01" } }],
    ["no stream of the source", "ga4", { other: { position: 4 } }],
    ["a stream that is named and not there", "shopify_orders", { products: { updated_at: "2026-08-01" } }],
    ["a stream that is named and has no state", "shopify_orders", { orders: null }],
    ["a cursor of an unknown form", "ga4", { report: { date: 20_260_801 } }],
    [
      "one account of two that cannot be read",
      "meta_ads",
      { i: { "1": { date_start: "2026-08-01" }, "2": { x: 1 } } },
    ],
    [
      "a partition without a cursor",
      "google_ads",
      { c: { states: [partition({})], state: { "segments.date": "2026-08-01" } } },
    ],
    [
      "a parent of an unknown shape",
      "google_ads",
      { c: { states: [], state: { "segments.date": "2026-08-01" }, parent_state: { p: { id: 4 } } } },
    ],
    [
      "a nested parent that cannot be read",
      "shopify_refunds",
      { order_refunds: { created_at: "2026-08-01T00:00:00Z", orders: {} } },
    ],
  ] as const)("refuses %s", (_, source, streams) => expect(rewind(source, streams)).toBeNull());

  it.each(["global", "legacy", "not_set"])("refuses a state of type %s", (stateType) => {
    const state = { ...stateOf({ report: { date: "2026-08-01" } }), stateType };
    expect(rewindState(state, "ga4", target)).toBeNull();
  });
});

describe("whatever the state", () => {
  const day = fc
    .integer({ min: 0, max: 4_000 })
    .map((days) => new Date(Date.UTC(2020, 0, 1) + days * 86_400_000).toISOString().slice(0, 10));
  const clock = fc
    .tuple(fc.integer({ min: 0, max: 23 }), fc.integer({ min: 0, max: 59 }))
    .map(([hour, minute]) => `${String(hour).padStart(2, "0")}:${String(minute).padStart(2, "0")}:07`);
  const offset = fc.constantFrom("Z", "+0000", "+05:30", "-07:00", "-0330", "+13:00");
  const cursor = fc.oneof(
    day,
    day.map((each) => each.replaceAll("-", "")),
    fc.tuple(day, clock).map(([each, at]) => `${each}T${at}`),
    fc.tuple(day, clock, offset).map(([each, at, zone]) => `${each}T${at}${zone}`),
  );
  const zone = fc.constantFrom("America/New_York", "Pacific/Apia", "Asia/Kolkata", "UTC");
  const where = fc.record({ day, timeZone: zone });

  test("a cursor never becomes later, and a second rewind changes nothing", () => {
    fc.assert(
      fc.property(cursor, where, (value, at) => {
        const once = rewindCursor(value, at);
        if (once === null) throw new Error(`${value} was refused`);
        expect(once.length).toBe(value.length);
        expect(msOf(once)).toBeLessThanOrEqual(msOf(value));
        expect(rewindCursor(once, at)).toBe(once);
      }),
    );
  });

  test("no stream is lost, none becomes null, and those of others stay", () => {
    const shape = fc.oneof(
      cursor.map((date) => ({ date })),
      fc
        .array(cursor, { minLength: 1, maxLength: 3 })
        .map((all) => ({ states: all.map((date) => partition({ date })) })),
      fc.record({ updated_at: cursor }),
      fc.anything().map((odd) => ({ odd })),
    );
    const streams = fc.dictionary(fc.string({ minLength: 1 }), shape, { maxKeys: 5 });
    fc.assert(
      fc.property(streams, fc.constantFrom(...sourceKeys), where, (given, source, at) => {
        const before = stateOf(given);
        const kept = structuredClone(before);
        const rewound = rewindState(before, source, at);
        expect(before).toEqual(kept);
        if (!rewound) return;
        expect(rewound.state.streamState.map((each) => each.streamDescriptor)).toEqual(
          before.streamState.map((each) => each.streamDescriptor),
        );
        rewound.state.streamState.forEach((each, n) => {
          if (!rewound.streams.includes(each.streamDescriptor.name))
            expect(each).toEqual(before.streamState[n]);
          else expect(each.streamState).toBeTruthy();
        });
      }),
    );
  });
});

const msOf = (value: string) =>
  Date.parse(
    value
      .replace(/^(\d{4})(\d{2})(\d{2})$/, "$1-$2-$3")
      .replace(/([+-]\d{2})(\d{2})$/, "$1:$2")
      .replace(/:07$|:00$/, "$&Z")
      .replace(/(\+|-)(\d{2}:\d{2})Z$/, "$1$2"),
  );
