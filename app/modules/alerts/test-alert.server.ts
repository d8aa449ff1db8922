import { env } from "#app/platform/env.server.ts";
import { withShops } from "#app/platform/tenant.server.ts";
import type { By } from "../audit/by.ts";
import { recordAudit } from "../audit/record-audit.server.ts";
import { sendTestAlert } from "./announce.server.ts";
import type { TestAlerts } from "./test-alert.ts";

const MOST_SHOWN = 6;

/** Whether each channel is configured, and what became of the last test messages, newest first. */
export function loadTestAlerts(): Promise<TestAlerts> {
  const { SLACK_DQ_WEBHOOK_URL, PAGERDUTY_DQ_ROUTING_KEY } = env();
  return withShops([], async (tx) => {
    const sent = await tx.$queryRaw<
      {
        channel: "slack" | "pagerduty";
        state: TestAlerts["sent"][number]["state"];
        reason: string;
        at: Date;
        httpStatus: number | null;
      }[]
    >`
      SELECT channel, state, reason, coalesce(ended_at, created_at) AS at, http_status AS "httpStatus" FROM alert_deliveries
      WHERE shop_id IS NULL AND event = 'test' ORDER BY position DESC LIMIT ${MOST_SHOWN}`;
    return {
      channels: [
        { channel: "slack", isOn: SLACK_DQ_WEBHOOK_URL !== undefined },
        { channel: "pagerduty", isOn: PAGERDUTY_DQ_ROUTING_KEY !== undefined },
      ],
      sent: sent.map(({ at, ...rest }) => ({ ...rest, at: at.toISOString() })),
    };
  });
}

/**
 * Sends a test message through one channel, as every notice goes. All shops share the channels, so it is about none.
 * @param shop whose page it was asked for on, for the audit
 */
export async function testAlert(
  { channel, reason, shop }: { channel: "slack" | "pagerduty"; reason: string; shop: string },
  by: By,
): Promise<void> {
  await withShops([], async (tx) => {
    await sendTestAlert(tx, channel, by.now);
    await recordAudit(tx, {
      shopId: null,
      actor: by.actor,
      action: "alerts.test",
      target: channel,
      after: { askedOnPageOf: shop },
      reason,
      requestId: by.requestId,
      at: by.now,
    });
  });
}
