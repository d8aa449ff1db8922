import { randomUUID } from "node:crypto";
import { Webhook } from "standardwebhooks";

export interface PushSender {
  url: string;
  shop: string;
  secret: string;
}

/** A report of one run, signed as a merchant's pipeline signs it; what a test changes makes it another sender's. */
export function pushRequest(
  { url, shop, secret }: PushSender,
  runs: readonly object[],
  change: { body?: string; headers?: Record<string, string> } = {},
): [string, RequestInit] {
  const at = new Date();
  const body =
    change.body ??
    JSON.stringify({ type: "sync_runs.reported", timestamp: at.toISOString(), data: { runs } });
  const id = `msg_${randomUUID()}`;
  return [
    `${url}/api/ingest/sync-runs`,
    {
      method: "POST",
      body,
      headers: {
        "content-type": "application/json",
        "x-sync-health-shop": shop,
        "webhook-id": id,
        "webhook-timestamp": String(Math.floor(at.getTime() / 1000)),
        "webhook-signature": new Webhook(secret).sign(id, at, body),
        ...change.headers,
      },
    },
  ];
}

/** A run of Klaviyo that has just ended well. */
export function endedRun(externalRunId: string, rowsSynced: number): object {
  const endedAt = Date.now();
  return {
    source: "klaviyo",
    externalRunId,
    status: "succeeded",
    startedAt: new Date(endedAt - 30_000).toISOString(),
    endedAt: new Date(endedAt).toISOString(),
    rowsSynced,
  };
}
