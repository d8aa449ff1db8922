import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { MAX_PROPERTIES_BYTES } from "#app/integrations/shopify-flow/flow-trigger.ts";
import { dashboardKeys } from "../connectors/sources.ts";
import { type FlowIncident, tellFlowBackfill, tellFlowOpened, tellFlowResolved } from "./flow-payload.ts";

const incident: FlowIncident = {
  id: "0191f6f1-0000-7000-8000-000000000001",
  source: "shopify_orders",
  severity: "critical",
  title: "Shopify Orders is late",
  detail: "The last successful sync ended 9 hours ago; it should be at most 2 hours.",
  affectedDashboards: ["revenue", "marketing"],
  openedAt: new Date("2026-11-17T09:30:00Z"),
  url: "https://admin.shopify.com/store/a-shop/apps/key/app/incidents/1",
};
const later = (ms: number) => new Date(incident.openedAt.getTime() + ms);

describe("an incident that opened", () => {
  it("is told in the words and names that a merchant sees", () => {
    expect(tellFlowOpened(incident, "opened")).toEqual({
      handle: "sync-incident-opened",
      properties: {
        Source: "Shopify Orders",
        Severity: "critical",
        Title: "Shopify Orders is late",
        Detail: "The last successful sync ended 9 hours ago; it should be at most 2 hours.",
        "Affected dashboards": "Revenue, Marketing",
        "Opened at": "2026-11-17T09:30:00.000Z",
        "Incident link": "https://admin.shopify.com/store/a-shop/apps/key/app/incidents/1",
        "Incident ID": "0191f6f1-0000-7000-8000-000000000001",
        Change: "Opened",
      },
    });
  });

  it.each([
    [null, "Several sources"],
    ["meta_ads", "Meta Ads"],
    ["a_source_of_old", "a_source_of_old"],
    ["toString", "toString"],
  ])("of %s is of %s", (source, name) => {
    expect(tellFlowOpened({ ...incident, source }, "opened").properties.Source).toBe(name);
  });

  it("leaves no field empty", () => {
    expect(
      tellFlowOpened({ ...incident, affectedDashboards: [] }, "escalated").properties["Affected dashboards"],
    ).toBe("None");
  });

  it("is one line, cut between characters", () => {
    const { Title, Detail } = tellFlowOpened(
      {
        ...incident,
        title: "  Two\n\tlines ",
        detail: "🚚".repeat(1_001),
      },
      "reopened",
    ).properties;
    expect(Title).toBe("Two lines");
    expect(Detail).toBe(`${"🚚".repeat(999)}…`);
    expect(tellFlowOpened({ ...incident, detail: "🚚".repeat(1_000) }, "opened").properties.Detail).toBe(
      "🚚".repeat(1_000),
    );
  });
});

describe("an incident that is over", () => {
  it("is told as it began, with its end", () => {
    const { handle, properties } = tellFlowResolved({ ...incident, resolvedAt: later(7_200_000) });
    expect(handle).toBe("sync-incident-resolved");
    const { Change: _, ...asItBegan } = tellFlowOpened(incident, "opened").properties;
    expect(properties).toEqual({
      ...asItBegan,
      "Resolved at": "2026-11-17T11:30:00.000Z",
      "Duration minutes": 120,
    });
  });

  it.each([
    [59_999, 0],
    [60_000, 1],
    [119_999, 1],
    [-60_000, 0],
  ])("lasted, after %i ms, %i whole minutes", (ms, minutes) => {
    expect(tellFlowResolved({ ...incident, resolvedAt: later(ms) }).properties["Duration minutes"]).toBe(
      minutes,
    );
  });
});

it("tells of a backfill what was loaded and what changed", () => {
  expect(
    tellFlowBackfill({
      id: "0191f6f1-0000-7000-8000-000000000002",
      source: "shopify_orders",
      startDate: "2026-11-01",
      endDate: "2026-11-14",
      rowsLoaded: 2_048,
      summary: "14 days changed,\n+212 orders, revenue +0.8 %",
      endedAt: new Date("2026-11-17T12:30:00Z"),
      url: "https://admin.shopify.com/store/a-shop/apps/key/app/connectors/1",
    }),
  ).toEqual({
    handle: "backfill-completed",
    properties: {
      Source: "Shopify Orders",
      "First day": "2026-11-01",
      "Last day": "2026-11-14",
      "Rows loaded": 2_048,
      Summary: "14 days changed, +212 orders, revenue +0.8 %",
      "Completed at": "2026-11-17T12:30:00.000Z",
      "Source link": "https://admin.shopify.com/store/a-shop/apps/key/app/connectors/1",
      "Backfill ID": "0191f6f1-0000-7000-8000-000000000002",
    },
  });
});

it("never says more than Flow reads, whatever was written", () => {
  const text = fc.string({ unit: "binary", minLength: 0, maxLength: 5_000, size: "max" });
  fc.assert(
    fc.property(text, text, (title, detail) => {
      const { properties } = tellFlowResolved({
        ...incident,
        title,
        detail,
        affectedDashboards: dashboardKeys,
        resolvedAt: later(1),
      });
      return Buffer.byteLength(JSON.stringify(properties)) < MAX_PROPERTIES_BYTES;
    }),
  );
});
