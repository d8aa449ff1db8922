import fc from "fast-check";
import { afterAll, beforeAll, expect, test } from "vitest";
import { withShop, withShops } from "#app/platform/tenant.server.ts";
import { type AlertSinks, deliverDue, startAlertSinks } from "#e2e/support/alert-sinks.ts";
import { createTestDatabase, type TestDatabase } from "#e2e/support/database.ts";
import { judgeConnectors } from "../checks/judge-connectors.server.ts";
import { acknowledgeIncident, resolveIncident, snoozeIncident } from "../incidents/act-on-incident.server.ts";
import { type Severity, severityRank } from "../severity.ts";
import { sweepAlerts } from "./sweep.server.ts";

/** Every history is one shop's GA4, which is due daily. */
const HISTORIES = 500;
const STEPS = 10;
/** No multiple of it is a cooldown of 15 minutes: both sides of that boundary are met, never the boundary itself. */
const STEP_MINUTES = 7;
const COOLDOWN_MINUTES = 15;
const MINUTE = 60_000;
const start = new Date("2026-11-20T10:00:00Z");

type Deed =
  | { kind: "merchant_sees" | "staff_sees" | "none" }
  | { kind: "snooze"; steps: number }
  | { kind: "resolve"; reason: "fixed" | "expected" | "false_alarm" };
interface Step {
  deed: Deed;
  verdict: Severity | null;
}

const step: fc.Arbitrary<Step> = fc.record({
  deed: fc.oneof(
    { weight: 8, arbitrary: fc.constant<Deed>({ kind: "none" }) },
    { weight: 1, arbitrary: fc.constantFrom<Deed>({ kind: "merchant_sees" }, { kind: "staff_sees" }) },
    {
      weight: 1,
      arbitrary: fc.integer({ min: 1, max: 4 }).map((steps): Deed => ({ kind: "snooze", steps })),
    },
    {
      weight: 1,
      arbitrary: fc
        .constantFrom("fixed", "expected", "false_alarm")
        .map((reason): Deed => ({ kind: "resolve", reason })),
    },
  ),
  verdict: fc.oneof(
    { weight: 3, arbitrary: fc.constant(null) },
    { weight: 1, arbitrary: fc.constant<Severity>("warning") },
    { weight: 2, arbitrary: fc.constantFrom<Severity>("high", "critical") },
  ),
});
const histories = fc.sample(fc.array(step, { minLength: STEPS, maxLength: STEPS }), {
  numRuns: HISTORIES,
  seed: 20261125,
});

/** The rules of product and documentation, told once more, one history at a time, without a database. */
function expectedNotices(history: readonly Step[]): string[] {
  const notices: string[] = [];
  let incident: {
    open: boolean;
    severity: Severity;
    closedAt: number;
    closedAs: string;
    snoozedUntil: number;
    silencedByStaff: boolean;
    channels: Record<
      "slack" | "pagerduty",
      {
        knows: boolean;
        lastAt: number;
        lastSeverity: Severity | null;
        held: { event: string; until: number } | null;
      }
    >;
  } | null = null;
  let before: Severity | null = null;

  const tell = (event: string, severity: Severity, t: number) => {
    for (const channel of ["slack", "pagerduty"] as const) {
      const state = incident!.channels[channel];
      const say = () => {
        notices.push(`${t} ${channel} ${event}`);
        state.lastAt = t;
        state.lastSeverity = severity;
        state.knows = event !== "resolved";
      };
      if (event === "acknowledged") {
        if (channel === "pagerduty" && state.knows) notices.push(`${t} ${channel} ${event}`);
        continue;
      }
      state.held = null;
      if (event === "resolved") {
        if (state.knows) say();
        continue;
      }
      const isHeard = channel === "slack" ? severity !== "warning" : severity === "critical";
      if (!isHeard) continue;
      if (incident!.snoozedUntil > t) state.held = { event, until: incident!.snoozedUntil };
      else if (incident!.silencedByStaff && event !== "escalated") continue;
      else if (
        event === "reopened" &&
        t < state.lastAt + COOLDOWN_MINUTES &&
        severityRank(severity) <= severityRank(state.lastSeverity)
      )
        state.held = { event, until: state.lastAt + COOLDOWN_MINUTES };
      else say();
    }
  };

  history.forEach(({ deed, verdict }, index) => {
    const t = index * STEP_MINUTES;
    // 1. snoozes end
    if (incident?.open && incident.snoozedUntil > 0 && incident.snoozedUntil <= t) {
      incident.snoozedUntil = 0;
      tell("snooze_ended", incident.severity, t);
    }
    // 2. what people do
    if (incident?.open) {
      if (deed.kind === "staff_sees" && !incident.silencedByStaff) {
        incident.silencedByStaff = true;
        tell("acknowledged", incident.severity, t);
      }
      if (deed.kind === "snooze") incident.snoozedUntil = t + deed.steps * STEP_MINUTES;
      if (deed.kind === "resolve") {
        Object.assign(incident, { open: false, closedAt: t, closedAs: deed.reason, snoozedUntil: 0 });
        tell("resolved", incident.severity, t);
        if (deed.reason === "fixed") before = null;
      }
    }
    // 3. the check
    if (verdict !== before) {
      const isWorse = incident !== null && severityRank(verdict) > severityRank(incident.severity);
      if (verdict === null) {
        if (incident?.open) {
          Object.assign(incident, { open: false, closedAt: t, closedAs: "auto", snoozedUntil: 0 });
          tell("resolved", incident.severity, t);
        }
      } else if (incident?.open) {
        if (isWorse) {
          Object.assign(incident, { severity: verdict, snoozedUntil: 0, silencedByStaff: false });
          tell("escalated", verdict, t);
        }
      } else if (incident === null) {
        const unknown = () => ({
          knows: false,
          lastAt: Number.NEGATIVE_INFINITY,
          lastSeverity: null,
          held: null,
        });
        incident = {
          open: true,
          severity: verdict,
          closedAt: 0,
          closedAs: "",
          snoozedUntil: 0,
          silencedByStaff: false,
          channels: { slack: unknown(), pagerduty: unknown() },
        };
        tell("opened", verdict, t);
      } else if (isWorse || before === null || incident.closedAs === "auto") {
        Object.assign(incident, { open: true, severity: verdict, snoozedUntil: 0, silencedByStaff: false });
        tell("reopened", verdict, t);
      }
      before = verdict;
    }
    // 4. what was held and is due
    if (incident)
      for (const channel of ["slack", "pagerduty"] as const) {
        const state = incident.channels[channel];
        if (!state.held || state.held.until > t) continue;
        if (incident.open && incident.snoozedUntil > t) {
          state.held.until = incident.snoozedUntil;
          continue;
        }
        const { event } = state.held;
        state.held = null;
        if (!incident.open || incident.silencedByStaff) continue;
        notices.push(`${t} ${channel} ${event}`);
        Object.assign(state, { lastAt: t, lastSeverity: incident.severity, knows: true });
      }
  });
  return notices;
}

let database: TestDatabase;
let sinks: AlertSinks;
const shopIds: string[] = [];
beforeAll(async () => {
  database = await createTestDatabase();
  sinks = await startAlertSinks({ timeoutMs: 5_000 });
  const { rows } = await database.owner.query<{ id: string }>(
    "INSERT INTO shops (domain, created_at) SELECT 'history-' || n || '.myshopify.com', '2026-01-01Z' FROM generate_series(0, $1::int) n RETURNING id",
    [HISTORIES - 1],
  );
  shopIds.push(...rows.map(({ id }) => id));
  await database.owner.query("INSERT INTO shop_health (shop_id) SELECT id FROM shops");
  await database.owner.query(
    "INSERT INTO connectors (shop_id, source, engine, created_at) SELECT id, 'ga4', 'push', '2026-01-01Z' FROM shops",
  );
  await database.owner.query(
    "INSERT INTO dq_checks (shop_id, connector_id, check_name) SELECT shop_id, id, c FROM connectors, unnest(ARRAY['freshness', 'sync_failed']) c",
  );
});
afterAll(async () => {
  await sinks?.stop();
  await database?.drop();
});

const ageOf = (verdict: Severity | null): number =>
  verdict === null ? 60 : { warning: 30, high: 60, critical: 100 }[verdict] * 60;

async function act(shopId: string, deed: Deed, now: Date): Promise<void> {
  const { rows } = await database.owner.query<{ id: string }>(
    "SELECT id FROM dq_incidents WHERE shop_id = $1 AND status <> 'resolved'",
    [shopId],
  );
  const id = rows[0]?.id;
  if (!id || deed.kind === "none") return;
  const by = (role: "merchant" | "support") => ({ actor: { role, name: "someone" }, now, requestId: "" });
  await withShop(shopId, async (tx): Promise<unknown> => {
    switch (deed.kind) {
      case "merchant_sees":
        return acknowledgeIncident(tx, id, by("merchant"));
      case "staff_sees":
        return acknowledgeIncident(tx, id, by("support"));
      case "snooze": {
        const until = new Date(now.getTime() + deed.steps * STEP_MINUTES * MINUTE);
        return snoozeIncident(tx, id, { until, reason: "known" }, by("support"));
      }
      case "resolve":
        return resolveIncident(tx, id, { reason: deed.reason, comment: "" }, by("support"));
      default:
        return undefined;
    }
  });
}

test(`${HISTORIES} random histories: Slack and PagerDuty get exactly what the rules say, when they say it`, async () => {
  const shopOf = new Map(shopIds.map((_, index) => [`history-${index}.myshopify.com`, index]));
  const { rows: domains } = await database.owner.query<{ id: string; domain: string }>(
    "SELECT id, domain FROM shops",
  );
  const indexOf = new Map(domains.map(({ id, domain }) => [id, shopOf.get(domain)!]));
  const got: string[][] = histories.map(() => []);
  for (let index = 0; index < STEPS; index += 1) {
    const now = new Date(start.getTime() + index * STEP_MINUTES * MINUTE);
    await sweepAlerts(now);
    for (const shopId of shopIds) await act(shopId, histories[indexOf.get(shopId)!]![index]!.deed, now);
    await database.owner.query(
      `UPDATE connectors c SET last_succeeded_at = $1::timestamptz - make_interval(mins => v.age)
       FROM unnest($2::uuid[], $3::int[]) AS v (shop_id, age) WHERE c.shop_id = v.shop_id`,
      [now, shopIds, shopIds.map((shopId) => ageOf(histories[indexOf.get(shopId)!]![index]!.verdict))],
    );
    await withShops(shopIds, (tx) => judgeConnectors(tx, { shopIds, now, isFullPass: true }));
    const done = await deliverDue(database.owner, now, sinks.senders, { atOnce: 8 });
    const sent = done.filter(({ outcome }) => outcome === "sent").map(({ deliveryId }) => deliveryId);
    const { rows } = await database.owner.query<{ shop: string; channel: string; event: string }>(
      `SELECT shop_id AS shop, channel, event FROM unnest($1::uuid[]) WITH ORDINALITY AS s (id, n) JOIN alert_deliveries d USING (id) ORDER BY n`,
      [sent],
    );
    for (const { shop, channel, event } of rows)
      got[indexOf.get(shop)!]!.push(`${index * STEP_MINUTES} ${channel} ${event}`);
  }
  const inOrder = (notices: string[]) => ({
    slack: notices.filter((notice) => notice.includes("slack")),
    pagerduty: notices.filter((notice) => notice.includes("pagerduty")),
  });
  histories.forEach((history, index) => {
    expect(inOrder(got[index]!), JSON.stringify(history)).toEqual(inOrder(expectedNotices(history)));
  });
  const total = got.flat().length;
  expect(sinks.sunk.length).toBe(total);
  // The histories are worth something: every kind of notice and every reason to wait came up.
  const { rows: reasons } = await database.owner.query<{ reason: string }>(
    "SELECT DISTINCT reason FROM alert_deliveries WHERE channel <> 'flow' ORDER BY 1",
  );
  expect(reasons.map(({ reason }) => reason)).toEqual(
    expect.arrayContaining([
      "acknowledged",
      "below_critical",
      "escalated",
      "log_only",
      "never_announced",
      "no_longer_true",
      "opened",
      "reopened",
      "resolved",
      "snooze_ended",
      "superseded",
    ]),
  );
}, 180_000);
