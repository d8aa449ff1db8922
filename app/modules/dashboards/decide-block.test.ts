import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { type DashboardKey, dashboardKeys, type Source, sourceKeys, sources } from "../connectors/sources.ts";
import { slaFromWarning } from "../freshness/freshness.ts";
import { decideBlocks, type GateFacts } from "./decide-block.ts";
import type { Lift } from "./lift.ts";

const at = (hours: number) => new Date(Date.UTC(2026, 10, 24, 12) + hours * 3_600_000);

/** A source that is fine, but for what is said otherwise. */
function gateFacts(
  source: Source,
  {
    connector,
    ...rest
  }: Partial<Omit<GateFacts, "connector">> & { connector?: Partial<GateFacts["connector"]> } = {},
): GateFacts {
  return {
    connector: {
      id: `id of ${source}`,
      source,
      label: sources[source].label,
      sla: slaFromWarning(sources[source].warningMinutes),
      completeThrough: "2026-11-23",
      neverSynced: false,
      recommendedActions: [],
      ...connector,
    },
    isPaused: false,
    ageMinutes: 10,
    isFirstImport: false,
    isEmpty: false,
    holdsForeignRows: false,
    ...rest,
  };
}

const lift = (dashboard: DashboardKey, covers: Lift["covers"], expiresAt = at(4)): Lift => ({
  id: `lift of ${dashboard}`,
  dashboard,
  covers,
  reason: "known",
  createdBy: "ada@example.com",
  createdAt: at(0),
  expiresAt,
});

const blockedOf = (facts: GateFacts[], lifts: Lift[] = []) =>
  decideBlocks(facts, lifts)
    .filter(({ blocked }) => blocked)
    .map(({ key }) => key);
const decide = (key: DashboardKey, facts: GateFacts[], lifts: Lift[] = []) =>
  decideBlocks(facts, lifts).find((one) => one.key === key)!;

const EIGHT_HOURS = 8 * 60;

describe("what blocks a dashboard", () => {
  test.each<[string, GateFacts[], DashboardKey[]]>([
    ["nothing, when all is fine", sourceKeys.map((source) => gateFacts(source)), []],
    ["nothing, for a shop without sources", [], []],
    [
      "not orders at exactly four times their limit",
      [gateFacts("shopify_orders", { ageMinutes: EIGHT_HOURS })],
      [],
    ],
    [
      "orders a minute beyond it: what they feed",
      [gateFacts("shopify_orders", { ageMinutes: EIGHT_HOURS + 1 }), gateFacts("klaviyo")],
      ["revenue", "marketing", "subscriptions"],
    ],
    [
      "Recharge beyond it: what it feeds, marketing not",
      [gateFacts("recharge", { ageMinutes: EIGHT_HOURS + 1 }), gateFacts("shopify_orders")],
      ["revenue", "subscriptions"],
    ],
    [
      "not a source that is not critical, however late",
      [gateFacts("meta_ads", { ageMinutes: 1e6 }), gateFacts("ga4", { ageMinutes: 1e6 })],
      [],
    ],
    [
      "not within a threshold that staff have widened",
      [gateFacts("shopify_orders", { ageMinutes: EIGHT_HOURS + 1, connector: { sla: slaFromWarning(180) } })],
      [],
    ],
    ["not a paused source", [gateFacts("shopify_orders", { ageMinutes: 1e6, isPaused: true })], []],
    [
      "not during the first import",
      [gateFacts("shopify_orders", { ageMinutes: 1e4, isFirstImport: true })],
      [],
    ],
    [
      "an empty table of a critical source: what it feeds",
      [gateFacts("shopify_refunds", { isEmpty: true })],
      ["revenue", "marketing", "subscriptions"],
    ],
    ["not an empty table of another source", [gateFacts("ga4", { isEmpty: true })], []],
    [
      "rows of another shop in any source: everything",
      [gateFacts("attentive", { holdsForeignRows: true })],
      [...dashboardKeys],
    ],
    [
      "rows of another shop, in a paused source too",
      [gateFacts("ga4", { holdsForeignRows: true, isPaused: true })],
      [...dashboardKeys],
    ],
  ])("%s", (_, facts, blocked) => {
    expect(blockedOf(facts)).toEqual(blocked);
  });

  test("is said with its source, its age and what to do", () => {
    const { reasons, nextSteps } = decide("revenue", [
      gateFacts("shopify_orders", {
        ageMinutes: 9 * 60,
        connector: {
          recommendedActions: [
            { code: "reconnect_source", label: "Reconnect Shopify Orders" },
            { code: "wait", label: "Wait" },
          ],
        },
      }),
    ]);
    expect(reasons).toEqual([
      {
        code: "stale",
        connectorId: "id of shopify_orders",
        message: "Shopify Orders last synced 9 hours ago. After 8 hours its newest numbers would be wrong.",
      },
    ]);
    expect(nextSteps).toEqual([
      "Open Shopify Orders to see why and what to do.",
      "Reconnect Shopify Orders.",
      "Contact support if it is not back within an hour.",
    ]);
    expect(decide("traffic", [gateFacts("shopify_orders", { isEmpty: true })])).toMatchObject({
      reasons: [],
      nextSteps: [],
    });
  });

  test("is said of a source that never synced without calling it late", () => {
    const never = gateFacts("recharge", {
      ageMinutes: 600,
      connector: { neverSynced: true, completeThrough: null },
    });
    expect(decide("revenue", [never]).reasons[0]!.message).toBe(
      "Recharge was added 10 hours ago and has never synced, so its numbers are not there.",
    );
  });

  test("names no other shop when rows are not this shop's, and asks nothing of the merchant", () => {
    const state = decide("traffic", [
      gateFacts("shopify_orders", { holdsForeignRows: true, isEmpty: true, ageMinutes: 1e5 }),
    ]);
    expect(state.reasons).toEqual([
      {
        code: "security",
        connectorId: "id of shopify_orders",
        message:
          "Some data of Shopify Orders is not yours. Everything is held back until this is cleared up.",
      },
    ]);
    expect(state.nextSteps[0]).toMatch(/do not need to do anything/);
    expect(JSON.stringify(state)).not.toMatch(/shop\b(?!ify)|myshopify|merchant|tenant/i);
  });
});

describe("complete through", () => {
  test.each<[string, GateFacts[], string | null]>([
    [
      "is the earliest of a dashboard's sources",
      [gateFacts("shopify_orders"), gateFacts("recharge", { connector: { completeThrough: "2026-11-20" } })],
      "2026-11-20",
    ],
    [
      "does not look at sources of other dashboards",
      [gateFacts("shopify_orders"), gateFacts("ga4", { connector: { completeThrough: "2026-11-01" } })],
      "2026-11-23",
    ],
    [
      "does not wait for a paused source",
      [
        gateFacts("shopify_orders"),
        gateFacts("recharge", { isPaused: true, connector: { completeThrough: "2026-09-01" } }),
      ],
      "2026-11-23",
    ],
    [
      "stays while a critical source is late",
      [gateFacts("shopify_orders", { ageMinutes: 1e5, connector: { completeThrough: "2026-09-15" } })],
      "2026-09-15",
    ],
    [
      "is unknown while a critical source has never synced",
      [
        gateFacts("shopify_orders"),
        gateFacts("recharge", { connector: { completeThrough: null, neverSynced: true } }),
      ],
      null,
    ],
    ["is unknown for a dashboard without sources", [gateFacts("klaviyo")], null],
    [
      "is no day while a critical source's table is empty",
      [gateFacts("shopify_orders", { isEmpty: true }), gateFacts("recharge")],
      null,
    ],
    [
      "is no day while rows may be another shop's",
      [gateFacts("shopify_orders"), gateFacts("ga4", { holdsForeignRows: true })],
      null,
    ],
  ])("%s", (_, facts, day) => {
    expect(decide("revenue", facts).completeThrough).toBe(day);
  });

  test("waits for an ad account that is behind, though it blocks nothing", () => {
    const facts = [
      gateFacts("shopify_orders"),
      gateFacts("snap_ads", { connector: { completeThrough: "2026-11-18" } }),
    ];
    expect(decide("marketing", facts)).toMatchObject({ blocked: false, completeThrough: "2026-11-18" });
  });

  test("is not taken away by an ad account that never synced: its numbers are in no day", () => {
    const facts = [
      gateFacts("shopify_orders"),
      gateFacts("snap_ads", { connector: { neverSynced: true, completeThrough: null } }),
    ];
    expect(decide("marketing", facts).completeThrough).toBe("2026-11-23");
  });
});

describe("a lift", () => {
  const stale = gateFacts("shopify_orders", { ageMinutes: EIGHT_HOURS + 1 });
  const covers = [{ code: "stale", connectorId: "id of shopify_orders" }] as const;

  test("shows its dashboard, no other, and remembers in spite of what", () => {
    expect(blockedOf([stale], [lift("revenue", [...covers])])).toEqual(["marketing", "subscriptions"]);
    const state = decide(
      "revenue",
      [stale],
      [lift("revenue", [...covers]), lift("revenue", [...covers], at(6))],
    );
    expect(state).toMatchObject({ blocked: false, reasons: [], nextSteps: [] });
    expect(state.lifted).toEqual({ reasons: [expect.objectContaining({ code: "stale" })], until: at(6) });
  });

  test.each<[string, GateFacts[]]>([
    ["another source that is late", [stale, gateFacts("recharge", { ageMinutes: 1e4 })]],
    ["the same source's table when it is empty", [gateFacts("shopify_orders", { isEmpty: true })]],
    ["rows of another shop", [stale, gateFacts("ga4", { holdsForeignRows: true })]],
  ])("given for one reason does not show %s", (_, facts) => {
    expect(decide("revenue", facts, [lift("revenue", [...covers])]).blocked).toBe(true);
  });

  test("of what is over says nothing", () => {
    expect(
      decide("revenue", [gateFacts("shopify_orders")], [lift("revenue", [...covers])]).lifted,
    ).toBeNull();
  });
});

test("a dashboard is blocked exactly when it has reasons, and each reason is of a critical source it depends on or a leak", () => {
  const facts = fc.record({
    source: fc.constantFrom(...sourceKeys),
    ageMinutes: fc.integer({ min: 0, max: 20_000 }),
    isPaused: fc.boolean(),
    isFirstImport: fc.boolean(),
    isEmpty: fc.boolean(),
    holdsForeignRows: fc.boolean(),
  });
  fc.assert(
    fc.property(fc.uniqueArray(facts, { selector: ({ source }) => source }), (some) => {
      const all = some.map(({ source, ...rest }) => gateFacts(source, rest));
      for (const { key, blocked, reasons } of decideBlocks(all, [])) {
        expect(blocked).toBe(reasons.length > 0);
        for (const { code, connectorId } of reasons) {
          const of = all.find(({ connector }) => connector.id === connectorId)!;
          const { isCritical, feeds } = sources[of.connector.source];
          expect(code === "security" ? of.holdsForeignRows : isCritical && feeds.includes(key)).toBe(true);
        }
      }
    }),
  );
});
