/** Asks the database as its owner. */
export type Ask = (statement: string, values?: unknown[]) => Promise<unknown>;

/**
 * Shops with two connectors each. Every tenth one's orders are ten hours late, which pages somebody; fewer than a fifth,
 * or it would be a problem of the source and told once.
 * @returns how many are late
 */
export async function addSomeLateShops(ask: Ask, shops: number): Promise<number> {
  await ask(
    "INSERT INTO shops (domain) SELECT 'shop-' || n || '.myshopify.com' FROM generate_series(1, $1::int) n",
    [shops],
  );
  await ask("INSERT INTO shop_health (shop_id) SELECT id FROM shops");
  await ask("INSERT INTO shop_settings (shop_id) SELECT id FROM shops");
  await ask(`
    INSERT INTO connectors (shop_id, source, engine, last_succeeded_at, created_at)
    SELECT id, source, 'push', now() - CASE WHEN source = 'shopify_orders' AND domain LIKE '%0.myshopify.com'
        THEN interval '10 hours' ELSE interval '1 minute' END, now() - interval '90 days'
    FROM shops CROSS JOIN unnest(ARRAY['shopify_orders', 'klaviyo']) AS source`);
  await ask(
    "INSERT INTO dq_checks (shop_id, connector_id, check_name) SELECT shop_id, id, c FROM connectors CROSS JOIN unnest(ARRAY['freshness', 'sync_failed']) c",
  );
  return Math.floor(shops / 10);
}

/** What Slack and PagerDuty got: how often each incident was opened there, by its dedup key or its text. */
export function openings(sunk: readonly { channel: string; body: Record<string, unknown> }[]) {
  const counts = { slack: new Map<string, number>(), pagerduty: new Map<string, number>() };
  for (const { channel, body } of sunk) {
    if (channel === "pagerduty" && body.event_action === "trigger")
      add(counts.pagerduty, String(body.dedup_key));
    if (channel === "slack" && String(body.text).startsWith("Critical")) add(counts.slack, String(body.text));
  }
  return counts;
}

const add = (counts: Map<string, number>, key: string) => counts.set(key, (counts.get(key) ?? 0) + 1);
