import { createPagerDuty } from "#app/integrations/pagerduty/client.ts";
import { createSlack } from "#app/integrations/slack/client.ts";
import type { Env } from "#app/platform/env.server.ts";
import type { PostOptions } from "#app/platform/http/post-json.ts";
import type { SendOutcome } from "#app/platform/http/send-outcome.ts";
import { log } from "#app/platform/log.server.ts";
import { type FlowDelivery, sendFlowTrigger } from "../shops/send-flow-trigger.server.ts";
import type { Told } from "./load-message.server.ts";
import { toPagerDutyEvent } from "./pagerduty-event.ts";
import type { Channel, SkipReason } from "./routing.ts";
import { toSlackMessage } from "./slack-message.ts";

/** Why a shop's own workflows were not told. */
export type FlowSkipReason = Extract<FlowDelivery, { outcome: "skipped" }>["reason"];

/** `skipped`: there is nobody to tell, which is nobody's fault. */
export type TellOutcome = SendOutcome | { sent: false; skipped: SkipReason | FlowSkipReason };

/** How each channel is spoken to; one that is not configured is missing. */
export type Senders = Partial<Record<Channel, (told: Told, now: Date) => Promise<TellOutcome>>>;

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
    ...(slack ? { slack: ({ message }) => slack.send(toSlackMessage(message)) } : {}),
    flow: tellFlow,
    ...(pagerDuty ? { pagerduty: ({ message }) => pagerDuty.send(toPagerDutyEvent(message)) } : {}),
  };
}

/** Says once, at boot, which channels nobody will hear from. */
export function logSwitchedOffChannels({ SLACK_DQ_WEBHOOK_URL, PAGERDUTY_DQ_ROUTING_KEY }: Env): void {
  if (!SLACK_DQ_WEBHOOK_URL) log.info("SLACK_DQ_WEBHOOK_URL is not set: no alerts go to Slack");
  if (!PAGERDUTY_DQ_ROUTING_KEY) log.info("PAGERDUTY_DQ_ROUTING_KEY is not set: no alerts go to PagerDuty");
}

/** Starts the shop's own workflows. A shop that we cannot speak for has none that we could start. */
async function tellFlow({ flow }: Told, now: Date): Promise<TellOutcome> {
  if (!flow) return { sent: false, skipped: "not_for_channel" };
  const told = await sendFlowTrigger(flow.shop, flow.event, now);
  if (told.outcome === "sent") return { sent: true, status: 200 };
  if (told.outcome === "skipped") return { sent: false, skipped: told.reason };
  return { sent: false, retry: told.retry, status: null, reason: told.reason };
}
