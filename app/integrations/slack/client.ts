import { type PostOptions, postJson } from "#app/platform/http/post-json.ts";
import { judgeAnswer, type SendOutcome } from "#app/platform/http/send-outcome.ts";

/** A message as incoming webhooks take it: `text` is what notifications and screen readers get. */
export interface SlackMessage {
  text: string;
  blocks: object[];
}

/**
 * Posts to one incoming webhook. Slack answers 200 `ok`, 429 with `Retry-After`, 5xx, or a 4xx that means the webhook
 * or the message is wrong for good (https://docs.slack.dev/messaging/sending-messages-using-incoming-webhooks).
 * `@slack/webhook` hides the headers of an error, so that Retry-After could not be honoured.
 */
export function createSlack(webhookUrl: string, options: PostOptions = {}) {
  return {
    send: async (message: SlackMessage): Promise<SendOutcome> =>
      judgeAnswer(await postJson(webhookUrl, message, options)),
  };
}
