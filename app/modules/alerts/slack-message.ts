import type { AlertMessage } from "./alert-message.ts";

/** Block Kit's limits (https://docs.slack.dev/reference/block-kit/blocks). */
const HEADER_LIMIT = 150;
const TEXT_LIMIT = 3000;
const FIELD_LIMIT = 2000;

const marks = {
  warning: ":large_yellow_circle:",
  high: ":large_orange_circle:",
  critical: ":red_circle:",
} as const;

/** An alert as Slack draws it; `text` is for notifications and screen readers. */
export function toSlackMessage(message: AlertMessage): { text: string; blocks: object[] } {
  const mark =
    message.event === "resolved"
      ? ":white_check_mark:"
      : message.event === "test"
        ? ":large_blue_circle:"
        : marks[message.severity];
  return {
    text: cut(escapeSlack(message.summary), TEXT_LIMIT),
    blocks: [
      {
        type: "header",
        text: { type: "plain_text", text: cut(`${mark} ${message.headline}`, HEADER_LIMIT), emoji: true },
      },
      { type: "section", text: { type: "mrkdwn", text: cut(escapeSlack(message.detail), TEXT_LIMIT) } },
      ...(message.facts.length > 0
        ? [
            {
              type: "section",
              fields: message.facts.map(({ label, value }) => ({
                type: "mrkdwn",
                text: cut(`*${label}*\n${escapeSlack(value)}`, FIELD_LIMIT),
              })),
            },
          ]
        : []),
      ...(message.url
        ? [
            {
              type: "actions",
              elements: [
                { type: "button", text: { type: "plain_text", text: "Open incident" }, url: message.url },
              ],
            },
          ]
        : []),
    ],
  };
}

/** Slack reads only these three as markup. */
const escapeSlack = (text: string): string =>
  text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");

/** Shortens to whole characters, never in the middle of an escape. */
function cut(text: string, limit: number): string {
  if (text.length <= limit) return text;
  const kept = [...text.slice(0, limit - 1)];
  if (/[\uD800-\uDBFF]$/.test(kept.at(-1) ?? "")) kept.pop();
  return `${kept.join("").replace(/&[a-z]{0,3}$/, "")}…`;
}
