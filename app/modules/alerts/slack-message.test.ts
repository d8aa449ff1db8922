import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { sourceKeys, sources } from "../connectors/sources.ts";
import {
  type AlertMessage,
  tellBrokenChannel,
  tellIncidentAlert,
  tellTest,
  tellUpstreamAlert,
} from "./alert-message.ts";
import { toSlackMessage } from "./slack-message.ts";

const at = new Date("2026-11-24T10:00:00Z");
const message: AlertMessage = tellIncidentAlert({
  event: "opened",
  severity: "critical",
  incidentId: "0191f6f1-0000-7000-8000-000000000001",
  shop: "a-shop.myshopify.com",
  source: "meta_ads",
  check: "freshness",
  title: "Meta Ads is late",
  detail: "The last successful sync ended 5 days ago; it should be at most 24 hours.",
  openedAt: at,
  resolvedAt: null,
  url: "https://admin.shopify.com/store/a-shop/apps/key/app/incidents/1",
});

interface Text {
  type: "plain_text" | "mrkdwn";
  text: string;
  emoji?: boolean;
  verbatim?: boolean;
}
interface Block {
  type: string;
  text?: Text;
  fields?: Text[];
  elements?: { type: string; text: Text; url?: string }[];
}
const drawn = (changes: Partial<AlertMessage> = {}) =>
  toSlackMessage({ ...message, ...changes }) as { text: string; blocks: Block[] };
const headerOf = (blocks: Block[]) => blocks.find(({ type }) => type === "header")!.text!.text;
const detailOf = (blocks: Block[]) => blocks.find(({ type, text }) => type === "section" && text)?.text?.text;

/** Every rule of Block Kit that a message can break (https://docs.slack.dev/reference/block-kit/blocks). */
function expectFitsBlockKit({ text, blocks }: { text: string; blocks: Block[] }): void {
  const fits = (one: Text, longest: number) => {
    expect(one.text.trim().length).toBeGreaterThan(0);
    expect(one.text.length).toBeLessThanOrEqual(longest);
    if (one.type === "mrkdwn") {
      expect(one).not.toHaveProperty("emoji");
      expect(one.verbatim).toBe(true);
      // Nothing but escapes: no mention, no link, no half escape.
      expect(one.text.replaceAll(/&(amp|lt|gt);/g, "")).not.toMatch(/[<>&]/);
    } else expect(one).not.toHaveProperty("verbatim");
  };
  expect(text.trim().length).toBeGreaterThan(0);
  expect(text.replaceAll(/&(amp|lt|gt);/g, "")).not.toMatch(/[<>&]/);
  expect(blocks.length).toBeLessThanOrEqual(50);
  for (const block of blocks) {
    switch (block.type) {
      case "header":
        expect(block.text!.type).toBe("plain_text");
        fits(block.text!, 150);
        break;
      case "section":
        if (block.text) fits(block.text, 3000);
        for (const field of block.fields ?? []) fits(field, 2000);
        expect(block.text ?? block.fields?.length).toBeTruthy();
        expect(block.fields?.length ?? 0).toBeLessThanOrEqual(10);
        break;
      case "actions":
        expect(block.elements!.length).toBeLessThanOrEqual(25);
        for (const { text: label, url } of block.elements!) {
          fits(label, 75);
          expect(url!.length).toBeLessThanOrEqual(3000);
        }
        break;
      default:
        expect.unreachable(`There is no rule here for a ${block.type}.`);
    }
  }
  const written = JSON.stringify({ text, blocks });
  expect(written.isWellFormed()).toBe(true);
  // JSON.stringify writes half a surrogate pair as an escape.
  expect(written).not.toMatch(/\\ud[89a-f]/i);
  expect(JSON.parse(written)).toEqual({ text, blocks });
  const texts = blocks.flatMap((block) => [block.text, ...(block.fields ?? [])]);
  expect(texts.reduce((length, one) => length + (one?.text.length ?? 0), 0)).toBeLessThan(13_000);
}

it("is drawn with a headline, what happened, the facts and a button", () => {
  expect(drawn()).toEqual({
    text: "Critical: Meta Ads is late · a-shop.myshopify.com · Meta Ads (meta_ads). The last successful sync ended 5 days ago; it should be at most 24 hours.",
    blocks: [
      { type: "header", text: { type: "plain_text", text: ":red_circle: Meta Ads is late", emoji: true } },
      {
        type: "section",
        text: {
          type: "mrkdwn",
          text: "The last successful sync ended 5 days ago; it should be at most 24 hours.",
          verbatim: true,
        },
      },
      {
        type: "section",
        fields: [
          { type: "mrkdwn", text: "*Shop*\na-shop.myshopify.com", verbatim: true },
          { type: "mrkdwn", text: "*Source*\nMeta Ads (meta_ads)", verbatim: true },
          { type: "mrkdwn", text: "*Severity*\nCritical", verbatim: true },
          { type: "mrkdwn", text: "*Check*\nfreshness", verbatim: true },
        ],
      },
      {
        type: "actions",
        elements: [{ type: "button", text: { type: "plain_text", text: "Open incident" }, url: message.url }],
      },
    ],
  });
});

it.each([
  ["critical", "opened", ":red_circle:"],
  ["critical", "escalated", ":red_circle:"],
  ["high", "reopened", ":large_orange_circle:"],
  ["warning", "opened", ":large_yellow_circle:"],
  ["critical", "resolved", ":white_check_mark:"],
  ["high", "test", ":large_blue_circle:"],
] as const)("%s, %s, is marked %s", (severity, event, mark) => {
  expect(headerOf(drawn({ severity, event }).blocks)).toMatch(new RegExp(`^${mark} `));
});

describe("at Slack's limits", () => {
  const room = 150 - ":red_circle: ".length;
  it.each([
    ["a headline that just fits", "x".repeat(room), `:red_circle: ${"x".repeat(room)}`],
    ["one character more", "x".repeat(room + 1), `:red_circle: ${"x".repeat(room - 1)}…`],
    ["a pair across the limit", `${"x".repeat(room - 2)}🚚yz`, `:red_circle: ${"x".repeat(room - 2)}…`],
    ["a headline of two lines", "one\n two", ":red_circle: one two"],
    [
      "a headline with what Slack reads as markup elsewhere",
      "<!channel> & co",
      ":red_circle: <!channel> & co",
    ],
    ["an ampersand at the limit", `${"x".repeat(room - 2)}&yz`, `:red_circle: ${"x".repeat(room - 2)}&…`],
  ])("%s", (_, headline, expected) => {
    expect(headerOf(drawn({ headline }).blocks)).toBe(expected);
  });

  it.each([
    ["a detail that just fits", "x".repeat(3000), "x".repeat(3000)],
    ["one character more", "x".repeat(3001), `${"x".repeat(2999)}…`],
    ["one that fits only unescaped", `${"x".repeat(2998)}&y`, `${"x".repeat(2998)}…`],
    ["an escape that just fits", `${"x".repeat(2995)}&`, `${"x".repeat(2995)}&amp;`],
    ["an escape before the limit", `${"x".repeat(2994)}&yz`, `${"x".repeat(2994)}&amp;…`],
    ["an escape across the limit", `${"x".repeat(2995)}<yz`, `${"x".repeat(2995)}&lt;…`],
    ["one that is cut after its ampersand", `${"x".repeat(2998)}<yz`, `${"x".repeat(2998)}…`],
    ["a pair across the limit", `${"x".repeat(2998)}🚚yz`, `${"x".repeat(2998)}…`],
    ["nothing but ampersands", "&".repeat(3000), `${"&amp;".repeat(599)}…`],
    ["half a pair", "a\ud83db", "a�b"],
  ])("%s", (_, detail, expected) => {
    const { blocks } = drawn({ detail });
    expect(detailOf(blocks)).toBe(expected);
    expectFitsBlockKit({ text: "x", blocks });
  });

  it.each([
    ["a summary that just fits", "x".repeat(3000), "x".repeat(3000)],
    ["one character more", "x".repeat(3001), `${"x".repeat(2999)}…`],
    ["what would call everybody", "<!channel> & <@U1>", "&lt;!channel&gt; &amp; &lt;@U1&gt;"],
  ])("%s", (_, summary, expected) => {
    expect(drawn({ summary }).text).toBe(expected);
  });

  it.each(["", " ", "\n\t"])("leaves out a detail that says nothing: %j", (detail) => {
    const drawing = drawn({ detail });
    expect(detailOf(drawing.blocks)).toBeUndefined();
    expectFitsBlockKit(drawing);
  });

  it("shows at most ten facts, each short", () => {
    const facts = Array.from({ length: 11 }, (_, n) => ({ label: `Fact ${n}`, value: "&".repeat(3000) }));
    const drawing = drawn({ facts });
    expect(drawing.blocks.flatMap(({ fields = [] }) => fields)).toHaveLength(10);
    expectFitsBlockKit(drawing);
    const value = "x".repeat(500 - "*Shop*\n".length);
    const fieldOf = (said: string) =>
      drawn({ facts: [{ label: "Shop", value: said }] }).blocks.find(({ fields }) => fields)!.fields![0]!
        .text;
    expect(fieldOf(value)).toBe(`*Shop*\n${value}`);
    expect(fieldOf(`${value}x`)).toBe(`*Shop*\n${value.slice(1)}…`);
  });

  it.each([
    [3000, 1],
    [3001, 0],
  ])("an address of %i characters has %i buttons", (length, buttons) => {
    const url = `https://example.com/${"x".repeat(length - "https://example.com/".length)}`;
    expect(drawn({ url }).blocks.filter(({ type }) => type === "actions")).toHaveLength(buttons);
  });
});

it("what is told of no shop in particular fits too", () => {
  for (const drawing of [
    tellTest("0191f6f1-0000-7000-8000-000000000002", at),
    tellBrokenChannel({ event: "opened", channel: "pagerduty", at }),
    tellBrokenChannel({ event: "resolved", channel: "slack", at }),
    tellUpstreamAlert({
      event: "opened",
      severity: "high",
      upstreamEventId: "0191f6f1-0000-7000-8000-000000000003",
      source: "meta_ads",
      shopsAffected: 12,
      startedAt: at,
      endedAt: null,
    }),
  ])
    expectFitsBlockKit(drawn(drawing));
});

it("whatever a merchant's words are, it fits, and names shop and source", () => {
  // Not only what is well formed: halves of pairs, control characters, and what Slack reads as markup.
  const character = fc.oneof(
    fc.string({ unit: "binary", minLength: 1, maxLength: 1 }),
    fc.constantFrom("\ud83d", "\ude9a", "🚚", "&", "<", ">", "&amp;", "<!channel>", "\n", "\u0000", "*", "`"),
  );
  const words = fc
    .tuple(fc.array(character, { maxLength: 60, size: "max" }), fc.integer({ min: 1, max: 80 }))
    .map(([parts, times]) => parts.join("").repeat(times));
  fc.assert(
    fc.property(
      words,
      words,
      fc.constantFrom(...sourceKeys),
      fc.constantFrom("opened", "escalated", "reopened", "snooze_ended", "resolved"),
      fc.constantFrom("warning", "high", "critical"),
      (title, detail, source, event, severity) => {
        const told = tellIncidentAlert({
          event,
          severity,
          incidentId: message.dedupKey,
          shop: "a-shop.myshopify.com",
          source,
          check: "freshness",
          title,
          detail,
          openedAt: at,
          resolvedAt: at,
          url: message.url,
        });
        const drawing = drawn(told);
        expectFitsBlockKit(drawing);
        const fields = drawing.blocks.flatMap((block) => block.fields?.map(({ text }) => text) ?? []);
        expect(fields.join("\n")).toContain("a-shop.myshopify.com");
        expect(fields.join("\n")).toContain(`(${source})`);
        expect(drawing.text).toContain(`a-shop.myshopify.com · ${sources[source].label} (${source})`);
      },
    ),
    { numRuns: 300 },
  );
});
