import { createPagerDuty } from "#app/integrations/pagerduty/client.ts";
import { createSlack } from "#app/integrations/slack/client.ts";
import type { Env } from "#app/platform/env.server.ts";
import type { PostOptions } from "#app/platform/http/post-json.ts";
import type { SendOutcome } from "#app/platform/http/send-outcome.ts";
import type { AlertMessage } from "./alert-message.ts";
import { toPagerDutyEvent } from "./pagerduty-event.ts";
import type { Channel } from "./routing.ts";
import { toSlackMessage } from "./slack-message.ts";

/** How each channel is spoken to; one that is not configured is missing. */
export type Senders = Partial<Record<Channel, (message: AlertMessage) => Promise<SendOutcome>>>;

/** The channels that this process is configured for. */
export function sendersFrom(
  { SLACK_DQ_WEBHOOK_URL, PAGERDUTY_DQ_ROUTING_KEY, PAGERDUTY_EVENTS_URL }: Env,
  options: PostOptions = {},
): Senders {
  const slack = SLACK_DQ_WEBHOOK_URL ? createSlack(SLACK_DQ_WEBHOOK_URL, options) : null;
  const pagerDuty = PAGERDUTY_DQ_ROUTING_KEY
    ? createPagerDuty({ eventsUrl: PAGERDUTY_EVENTS_URL, routingKey: PAGERDUTY_DQ_ROUTING_KEY }, options)
    : null;
  return {
    ...(slack ? { slack: (message) => slack.send(toSlackMessage(message)) } : {}),
    ...(pagerDuty ? { pagerduty: (message) => pagerDuty.send(toPagerDutyEvent(message)) } : {}),
  };
}
