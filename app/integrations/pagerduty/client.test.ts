import { afterAll, beforeAll, beforeEach, expect, it } from "vitest";
import { type AlertSink, startAlertSink } from "#e2e/support/alert-sink.ts";
import { describeSender } from "#e2e/support/sender-suite.ts";
import { createPagerDuty, type PagerDutyEvent } from "./client.ts";

const routingKey = "a-key-nobody-may-see";
const event: PagerDutyEvent = {
  event_action: "trigger",
  dedup_key: "0191f6f1-0000-7000-8000-000000000001",
  payload: {
    summary: "Critical: Meta Ads is late · 日本 🚚 \"'\\ \u2028",
    source: "a-shop.myshopify.com/meta_ads",
    severity: "critical",
    timestamp: "2026-11-24T10:00:00.000Z",
    custom_details: { detail: "é\n" },
  },
  client: "Sync Health",
};

describeSender({
  send: (eventsUrl, options) => createPagerDuty({ eventsUrl, routingKey }, options).send(event),
  secrets: [routingKey, "enqueue", "Meta Ads"],
  taken: 202,
});

let sink: AlertSink;
beforeAll(async () => {
  sink = await startAlertSink();
});
beforeEach(() => sink.reset());
afterAll(() => sink?.stop());

it.each([
  ["", "/v2/enqueue"],
  ["/", "/v2/enqueue"],
  ["/behind/a/proxy", "/behind/a/proxy/v2/enqueue"],
  ["/behind/a/proxy//", "/behind/a/proxy/v2/enqueue"],
])(
  "to a host that ends in %j, posts to %s the event as it is, with the key in its body only",
  async (end, path) => {
    await createPagerDuty({ eventsUrl: sink.url + end, routingKey }).send(event);
    expect(sink.calls).toHaveLength(1);
    const [call] = sink.calls;
    expect(call).toMatchObject({ method: "POST", path, headers: { "content-type": "application/json" } });
    expect(JSON.parse(call!.body)).toEqual({ routing_key: routingKey, ...event });
    expect(JSON.stringify(call!.headers)).not.toContain(routingKey);
  },
);
