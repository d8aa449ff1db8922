import { afterAll, beforeAll, expect, test } from "vitest";
import type { Incident } from "#app/modules/incidents/incident.ts";
import type { RunningDemo } from "./support/demo.ts";
import { startSeededDemo } from "./support/seeded-demo.ts";

let demo: RunningDemo;
beforeAll(async () => {
  demo = await startSeededDemo();
});
afterAll(async () => {
  await demo?.interrupt();
  demo?.erase();
});

type Sink = Record<"slack" | "pagerduty" | "flow", { receivedAt: string; body: Record<string, unknown> }[]>;
const SHOP = "harbor-and-pine.myshopify.com";
const source = "shopify_orders";

const readSink = async () => (await (await fetch(`${demo.adminUrl}/dev/sink`)).json()) as Sink;
/** What was told of this shop's orders, in the words that people read. */
async function told() {
  const { slack, pagerduty, flow } = await readSink();
  const isOurs = ({ body }: { body: object }) => JSON.stringify(body).includes(SHOP);
  const ours = slack.filter(isOurs).map(({ body }) => String(body.text).split(" · ")[0]);
  const keys = new Set(pagerduty.filter(isOurs).map(({ body }) => body.dedup_key));
  return {
    slack: ours,
    pagerduty: pagerduty.filter(({ body }) => keys.has(body.dedup_key)).map(({ body }) => body.event_action),
    flow: flow
      .filter(isOurs)
      .map(({ body }) => body as { handle: string; payload: Record<string, unknown> })
      .map(({ handle, payload }) => `${handle} ${payload.Severity} ${payload.Change ?? "over"}`),
  };
}
async function waitUntilTold(expected: Awaited<ReturnType<typeof told>>): Promise<void> {
  const deadline = Date.now() + 20_000;
  while (JSON.stringify(await told()) !== JSON.stringify(expected) && Date.now() < deadline)
    await new Promise((done) => setTimeout(done, 200));
  expect(await told()).toEqual(expected);
}
const late = async (minutes: number) => {
  await demo.scenario({ shop: SHOP, source, kind: "stale", minutes, asIs: true });
  await demo.runChecks();
};

test("a bad hour: late, worse, much worse, seen, well, late again, well: Slack, PagerDuty and Flow hear exactly their part", async () => {
  await late(130);
  await waitUntilTold({ slack: [], pagerduty: [], flow: ["sync-incident-opened warning Opened"] });

  await late(250);
  const high = ["Now high: Shopify Orders is late"];
  const flow = ["sync-incident-opened warning Opened", "sync-incident-opened high Got worse"];
  await waitUntilTold({ slack: high, pagerduty: [], flow });

  await late(490);
  const critical = [...high, "Now critical: Shopify Orders is late"];
  flow.push("sync-incident-opened critical Got worse");
  await waitUntilTold({ slack: critical, pagerduty: ["trigger"], flow });

  const { incidents } = (await (await demo.api(SHOP, "/api/sync-health/incidents")).json()) as {
    incidents: Incident[];
  };
  const orders = incidents.find((incident) => incident.source === source)!;
  const seen = await demo.api(SHOP, `/api/sync-health/incidents/${orders.id}/acknowledge`, {
    method: "POST",
  });
  expect(await seen.json()).toMatchObject({ status: "acknowledged" });

  await demo.scenario({ shop: SHOP, source, kind: "recover" });
  const over = [...critical, "Resolved: Shopify Orders is late"];
  flow.push("sync-incident-resolved critical over");
  await waitUntilTold({ slack: over, pagerduty: ["trigger", "resolve"], flow });

  // It comes back within the cooldown, and is over before that ends: nobody hears of either.
  await late(490);
  await demo.scenario({ shop: SHOP, source, kind: "recover" });
  await demo.runChecks();
  await new Promise((done) => setTimeout(done, 3_000));
  await waitUntilTold({ slack: over, pagerduty: ["trigger", "resolve"], flow });

  const { pagerduty } = await readSink();
  const keys = pagerduty.map(({ body }) => body.dedup_key);
  expect(keys.filter((key) => key === orders.id).length).toBe(2);
}, 120_000);

test("the same source of three shops fails in one pass: one notice of many shops, and each shop still sees its own", async () => {
  const before = await readSink();
  const shops = ["healthy", "tiny", "large"];
  for (const shop of shops)
    await demo.scenario({ shop, source: "klaviyo", kind: "stale", minutes: 49 * 60, asIs: true });
  await demo.runChecks();
  const news = async () =>
    (await readSink()).slack.slice(before.slack.length).map(({ body }) => String(body.text));
  const deadline = Date.now() + 15_000;
  while ((await news()).length < 1 && Date.now() < deadline)
    await new Promise((done) => setTimeout(done, 200));
  await new Promise((done) => setTimeout(done, 2_000));
  expect(await news()).toEqual([expect.stringMatching(/^High: Klaviyo is failing for many shops/)]);
  const { incidents } = (await (await demo.api(SHOP, "/api/sync-health/incidents")).json()) as {
    incidents: Incident[];
  };
  expect(incidents.find((incident) => incident.source === "klaviyo")).toMatchObject({
    severity: "high",
    parent: { kind: "upstream" },
  });
}, 120_000);
