import { afterAll, beforeAll, expect, it } from "vitest";
import { type AlertSink, startAlertSink } from "#e2e/support/alert-sink.ts";
import { describeSender } from "#e2e/support/sender-suite.ts";
import { createSlack } from "./client.ts";

const path = "/services/T00000000/B00000000/a-token-nobody-may-see";
const message = {
  text: "Critical: Meta Ads is late · 日本 🚚 \"'\\ \u2028",
  blocks: [{ type: "section", text: { type: "mrkdwn", text: "&lt;é&gt;\n" } }],
};

describeSender({
  send: (origin, options) => createSlack(origin + path, options).send(message),
  secrets: ["a-token-nobody-may-see", "T00000000", "B00000000", "services", "Meta Ads"],
  taken: 200,
});

let sink: AlertSink;
beforeAll(async () => {
  sink = await startAlertSink();
});
afterAll(() => sink?.stop());

it("posts the message as it is, as JSON, to the webhook's address", async () => {
  await createSlack(sink.url + path).send(message);
  expect(sink.calls).toHaveLength(1);
  const [call] = sink.calls;
  expect(call).toMatchObject({ method: "POST", path, headers: { "content-type": "application/json" } });
  expect(JSON.parse(call!.body)).toEqual(message);
});

it("is refused for good what Slack cannot read", async () => {
  expect(await createSlack(sink.url + path).send({ text: "", blocks: [] })).toEqual({
    sent: false,
    retry: "never",
    status: 400,
    reason: "refused with 400",
  });
});
