import { type PostOptions, postJson } from "#app/platform/http/post-json.ts";
import { judgeAnswer, type SendOutcome } from "#app/platform/http/send-outcome.ts";

/** An event as PagerDuty's Events API v2 takes it, without the routing key. */
export interface PagerDutyEvent {
  event_action: "trigger" | "acknowledge" | "resolve";
  dedup_key: string;
  payload: {
    summary: string;
    source: string;
    severity: "critical" | "error" | "warning" | "info";
    timestamp: string;
    component?: string;
    group?: string;
    class?: string;
    custom_details?: Record<string, string>;
  };
  client: string;
  client_url?: string;
  links?: { href: string; text: string }[];
}

/**
 * Sends events to one integration. PagerDuty answers 202, 429, 5xx, or 400 for what it will never take
 * (https://developer.pagerduty.com/docs/send-alert-event). `@pagerduty/pdjs` speaks https only, waits a fixed time and
 * cannot be stopped.
 */
export function createPagerDuty(
  { eventsUrl, routingKey }: { eventsUrl: string; routingKey: string },
  options: PostOptions = {},
) {
  const address = new URL(eventsUrl);
  address.pathname = `${address.pathname.replace(/\/+$/, "")}/v2/enqueue`;
  return {
    send: async (event: PagerDutyEvent): Promise<SendOutcome> =>
      judgeAnswer(await postJson(address.href, { routing_key: routingKey, ...event }, options)),
  };
}
