import { describe, expect, it } from "vitest";
import {
  type IncidentAlert,
  tellBrokenChannel,
  tellIncidentAlert,
  tellTest,
  tellUpstreamAlert,
} from "./alert-message.ts";

const openedAt = new Date("2026-11-24T10:00:00Z");
const later = (minutes: number) => new Date(openedAt.getTime() + minutes * 60_000);
const incident: IncidentAlert = {
  event: "opened",
  severity: "critical",
  incidentId: "0191f6f1-0000-7000-8000-000000000001",
  shop: "a-shop.myshopify.com",
  source: "meta_ads",
  check: "freshness",
  title: "Meta Ads is late",
  detail: "The last successful sync ended 5 days ago; it should be at most 24 hours.",
  openedAt,
  resolvedAt: null,
  url: "https://admin.shopify.com/store/a-shop/apps/key/app/incidents/1",
};
const where = "a-shop.myshopify.com · Meta Ads (meta_ads)";

describe("an incident, by what happened to it", () => {
  it.each([
    ["opened", "critical", "Meta Ads is late", "Critical: Meta Ads is late"],
    ["opened", "high", "Meta Ads is late", "High: Meta Ads is late"],
    ["escalated", "critical", "Got worse: Meta Ads is late", "Now critical: Meta Ads is late"],
    ["reopened", "high", "Came back: Meta Ads is late", "Came back, high: Meta Ads is late"],
    [
      "snooze_ended",
      "critical",
      "Still open after its snooze: Meta Ads is late",
      "Still open after its snooze, critical: Meta Ads is late",
    ],
    ["acknowledged", "critical", "Acknowledged: Meta Ads is late", "Acknowledged: Meta Ads is late"],
  ] as const)("%s, %s", (event, severity, headline, beginning) => {
    const told = tellIncidentAlert({ ...incident, event, severity });
    expect(told.headline).toBe(headline);
    expect(told.summary).toBe(`${beginning} · ${where}. ${incident.detail}`);
    expect(told.detail).toBe(incident.detail);
    expect(told.at).toEqual(openedAt);
  });

  it.each([
    [0, "1 minute"],
    [1.99, "1 minute"],
    [2, "2 minutes"],
    [119, "119 minutes"],
    [120, "2 hours"],
    [2879, "47 hours"],
    [2880, "2 days"],
  ])("resolved after %d minutes: it lasted %s", (minutes, words) => {
    const told = tellIncidentAlert({ ...incident, event: "resolved", resolvedAt: later(minutes) });
    expect(told.headline).toBe("Resolved: Meta Ads is late");
    expect(told.detail).toBe(`It lasted ${words} and is over.`);
    expect(told.summary).toBe(`Resolved: Meta Ads is late · ${where}. It lasted ${words} and is over.`);
    expect(told.at).toEqual(later(minutes));
  });

  it("is one line in its summary, with a title that leaves room for shop and source", () => {
    const { summary, headline } = tellIncidentAlert({
      ...incident,
      title: `Two\nlines${" x".repeat(200)}`,
      detail: " a \n b ",
    });
    expect(summary).toMatch(
      /^Critical: Two lines x x.* x…? · a-shop\.myshopify\.com · Meta Ads \(meta_ads\)\. a b$/,
    );
    expect(summary).not.toContain("\n");
    expect(summary.length).toBeLessThan(400);
    expect(headline).toContain("Two\nlines");
  });
});

describe("the facts beside it", () => {
  it("are shop, source by label and key, severity and check", () => {
    expect(tellIncidentAlert(incident).facts).toEqual([
      { label: "Shop", value: "a-shop.myshopify.com" },
      { label: "Source", value: "Meta Ads (meta_ads)" },
      { label: "Severity", value: "Critical" },
      { label: "Check", value: "freshness" },
    ]);
  });

  it.each([
    [null, ["Shop", "Severity", "Check"], "Critical: Meta Ads is late · a-shop.myshopify.com. "],
    [
      "a_source_of_old",
      ["Shop", "Source", "Severity", "Check"],
      "Critical: Meta Ads is late · a-shop.myshopify.com · a_source_of_old. ",
    ],
  ])("of the source %s", (source, labels, beginning) => {
    const told = tellIncidentAlert({ ...incident, source });
    expect(told.facts.map(({ label }) => label)).toEqual(labels);
    expect(told.summary).toBe(beginning + incident.detail);
  });
});

describe("a source that fails for many shops", () => {
  const upstream = {
    event: "opened",
    severity: "high",
    upstreamEventId: "0191f6f1-0000-7000-8000-000000000003",
    source: "meta_ads",
    shopsAffected: 12,
    startedAt: openedAt,
    endedAt: null,
  } as const;

  it.each([
    ["opened", "Meta Ads is failing for many shops", "High: Meta Ads is failing for many shops"],
    [
      "escalated",
      "Got worse: Meta Ads is failing for many shops",
      "Now high: Meta Ads is failing for many shops",
    ],
  ] as const)("%s", (event, headline, beginning) => {
    // It may be over by the time that it is told: the end is told by itself.
    for (const endedAt of [null, later(30)]) {
      const told = tellUpstreamAlert({ ...upstream, event, endedAt });
      const detail =
        "12 shops are affected, so the cause is likely at Meta Ads or on our side. Each shop's own alerts about it wait until this is over.";
      expect(told).toMatchObject({ headline, detail, at: openedAt, shop: null });
      expect(told.summary).toBe(`${beginning} · Meta Ads (meta_ads). ${detail}`);
    }
  });

  it("is over, for those where it is", () => {
    expect(tellUpstreamAlert({ ...upstream, event: "resolved", endedAt: later(150) })).toMatchObject({
      headline: "Resolved: Meta Ads is failing for many shops",
      detail: "It lasted 2 hours and is over. Shops where it still fails are told of one by one.",
      at: later(150),
    });
  });

  it("names no shop", () => {
    expect(JSON.stringify(tellUpstreamAlert(upstream))).not.toContain("myshopify");
  });
});

describe("a channel that takes nothing", () => {
  it.each([
    ["slack", "Slack", "SLACK_DQ_WEBHOOK_URL"],
    ["pagerduty", "PagerDuty", "PAGERDUTY_DQ_ROUTING_KEY"],
  ])("%s", (channel, name, variable) => {
    const told = tellBrokenChannel({ event: "opened", channel, at: openedAt });
    expect(told.headline).toBe(`Alerts do not reach ${name}`);
    expect(told.detail).toContain(`Check that ${variable} is right`);
    expect(told.summary).toBe(`${told.headline}. ${told.detail}`);
    const over = tellBrokenChannel({ event: "resolved", channel, at: openedAt });
    expect(over.headline).toBe(`Resolved: alerts reach ${name} again`);
    expect(over.detail).toContain(`${name} has accepted an alert again.`);
    expect(over.dedupKey).toBe(told.dedupKey);
  });
});

it("a test says that nothing has to be done", () => {
  expect(tellTest("1", openedAt)).toMatchObject({
    event: "test",
    summary: "Test alert from Sync Health. Alerts reach this channel. You do not need to do anything.",
    facts: [],
  });
});
