import type { AlertMessage } from "./alert-message.ts";
import { shorten } from "./shorten.ts";

/** Block Kit's limits (https://docs.slack.dev/reference/block-kit/blocks). */
const HEADER_LIMIT = 150;
const TEXT_LIMIT = 3000;
const FIELDS_LIMIT = 10;
const URL_LIMIT = 3000;
/** Slack takes 2000, but refuses a message of more than about 13,000 in all. A fact is a name or a number. */
const FACT_LIMIT = 500;

const marks = {
  warning: ":large_yellow_circle:",
  high: ":large_orange_circle:",
  critical: ":red_circle:",
} as const;

/** An alert as Slack draws it; `text` is for notifications and screen readers. */
export function toSlackMessage(message: AlertMessage): { text: string; blocks: object[] } {
  const { headline, detail, facts, summary, url } = message;
  return {
    text: cutEscaped(escapeSlack(summary), TEXT_LIMIT),
    blocks: [
      {
        type: "header",
        text: {
          type: "plain_text",
          text: shorten(`${markOf(message)} ${headline.replaceAll(/\s+/g, " ").trim()}`, HEADER_LIMIT),
          emoji: true,
        },
      },
      // An empty text would have the whole message refused.
      ...(detail.trim() ? [{ type: "section", text: asMarkdown(escapeSlack(detail), TEXT_LIMIT) }] : []),
      ...(facts.length > 0
        ? [
            {
              type: "section",
              fields: facts
                .slice(0, FIELDS_LIMIT)
                .map(({ label, value }) => asMarkdown(`*${label}*\n${escapeSlack(value)}`, FACT_LIMIT)),
            },
          ]
        : []),
      ...(url && url.length <= URL_LIMIT
        ? [
            {
              type: "actions",
              elements: [{ type: "button", text: { type: "plain_text", text: "Open incident" }, url }],
            },
          ]
        : []),
    ],
  };
}

function markOf({ event, severity }: AlertMessage): string {
  if (event === "resolved") return ":white_check_mark:";
  return event === "test" ? ":large_blue_circle:" : marks[severity];
}

/** Verbatim: "@channel" or "#general" in a merchant's words calls nobody and leads nowhere. */
const asMarkdown = (escaped: string, longest: number) => ({
  type: "mrkdwn",
  text: cutEscaped(escaped, longest),
  verbatim: true,
});

/** Slack reads only these three as markup. */
const escapeSlack = (text: string): string =>
  text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");

/** Never in the middle of an escape: every "&" of an escaped text begins one. */
const cutEscaped = (escaped: string, longest: number): string =>
  shorten(escaped, longest).replace(/&[a-z]*…$/, "…");
