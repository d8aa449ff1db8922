import { sql } from "#app/platform/db.server.ts";
import { enqueue } from "#app/platform/queue.server.ts";
import { currentRequestId } from "#app/platform/request-context.server.ts";
import type { ShopTx } from "#app/platform/tenant.server.ts";
import { job } from "#jobs/catalog.ts";
import type { Severity } from "../severity.ts";
import type { Channel, DeliveryDecision, NoticeEvent } from "./routing.ts";

/**
 * What counts as told: sent, or on its way. PagerDuty may have taken what it never answered, and would go on paging if it
 * were not told of the end.
 */
export const countsAsTold = sql`(d.state IN ('queued', 'sending', 'sent')
  OR (d.channel = 'pagerduty' AND d.state = 'failed' AND d.attempts > 0 AND d.http_status IS NULL))`;

/** What a channel was last told of a subject. */
export interface LastTold {
  event: NoticeEvent;
  severity: Severity;
  at: Date;
}

/** What an incident's notices are decided by, as it stands in this transaction. */
export interface NoticeFacts {
  incidentId: string;
  shopId: string;
  check: string;
  status: string;
  snoozedUntil: Date | null;
  isStaffAcknowledged: boolean;
  maintenanceUntil: Date | null;
  hasUpstreamEvent: boolean;
  hasShopEvent: boolean;
  /** The shop's own access token is there: Flow can be told. */
  hasSession: boolean;
  told: Partial<Record<Channel, LastTold>>;
}

/** Facts of many incidents in one statement. */
export async function loadNoticeFacts(
  tx: ShopTx,
  incidentIds: readonly string[],
  now: Date,
): Promise<Map<string, NoticeFacts>> {
  const rows = await tx.$queryRaw<
    (Omit<NoticeFacts, "told"> & { told: Partial<Record<Channel, Omit<LastTold, "at"> & { at: string }>> })[]
  >`
    SELECT i.id AS "incidentId", i.shop_id AS "shopId", i.check_name AS "check", i.status, i.snoozed_until AS "snoozedUntil",
      i.staff_acknowledged_at IS NOT NULL AS "isStaffAcknowledged", m.until AS "maintenanceUntil",
      (u.id IS NOT NULL AND u.ended_at IS NULL) AS "hasUpstreamEvent", coalesce(p.status <> 'resolved', false) AS "hasShopEvent",
      EXISTS (SELECT FROM shopify_sessions s WHERE s.shop_id = i.shop_id AND NOT s.is_online) AS "hasSession",
      coalesce(t.told, '{}') AS told
    FROM dq_incidents i
    LEFT JOIN upstream_events u ON u.id = i.upstream_event_id
    LEFT JOIN dq_incidents p ON p.shop_id = i.shop_id AND p.id = i.parent_id
    LEFT JOIN LATERAL (SELECT max(w.ends_at) AS until FROM maintenance_windows w WHERE w.shop_id = i.shop_id
      AND (w.connector_id IS NULL OR w.connector_id = i.connector_id) AND w.starts_at <= ${now}::timestamptz AND w.ends_at > ${now}::timestamptz) m ON true
    LEFT JOIN LATERAL (
      SELECT jsonb_object_agg(l.channel, jsonb_build_object('event', l.event, 'severity', l.severity, 'at', coalesce(l.ended_at, l.created_at))) AS told
      FROM (SELECT DISTINCT ON (d.channel) d.channel, d.event, d.severity, d.ended_at, d.created_at FROM alert_deliveries d
        WHERE d.shop_id = i.shop_id AND d.incident_id = i.id AND d.event <> 'acknowledged' AND ${countsAsTold}
        ORDER BY d.channel, d.position DESC) l
    ) t ON true
    WHERE i.id = ANY (${[...incidentIds]}::uuid[])`;
  return new Map(
    rows.map(({ told, ...row }) => [
      row.incidentId,
      {
        ...row,
        told: Object.fromEntries(
          Object.entries(told).map(([channel, last]) => [channel, { ...last, at: new Date(last.at) }]),
        ),
      },
    ]),
  );
}

/** What a delivery is about: an incident of a shop, an event of many, or a channel that takes nothing. */
export type Subject =
  | { kind: "incident"; shopId: string; id: string }
  | { kind: "upstream_event"; id: string }
  | { kind: "broken_channel"; channel: "slack" | "pagerduty" }
  | { kind: "test" };

export interface NewDelivery {
  subject: Subject;
  channel: Channel;
  event: NoticeEvent | "test";
  severity: Severity;
  decision: DeliveryDecision;
}

const states = { send: "queued", hold: "held", skip: "skipped" } as const;

/**
 * Stores what was decided, in order, and queues what is to be sent or looked at again: all of it exists if, and only
 * if, the change that it tells of is committed. What an older notice of the same subject and channel still waits to say
 * is overtaken.
 */
export async function saveDeliveries(
  tx: ShopTx,
  deliveries: readonly NewDelivery[],
  now: Date,
): Promise<void> {
  if (deliveries.length === 0) return;
  const rows = deliveries.map(({ subject, channel, event, severity, decision }) => ({
    shop_id: subject.kind === "incident" ? subject.shopId : null,
    incident_id: subject.kind === "incident" ? subject.id : null,
    upstream_event_id: subject.kind === "upstream_event" ? subject.id : null,
    broken_channel: subject.kind === "broken_channel" ? subject.channel : null,
    channel,
    event,
    severity,
    state: states[decision.do],
    reason: decision.reason,
    due_at: decision.do === "send" ? now : decision.do === "hold" ? decision.until : null,
    ended_at: decision.do === "skip" ? now : null,
  }));
  const saved = await tx.$queryRaw<{ shopId: string | null; id: string; dueAt: Date | null }[]>`
    WITH given AS MATERIALIZED (
      SELECT * FROM ROWS FROM (jsonb_to_recordset(${JSON.stringify(rows)}::jsonb) AS (shop_id uuid, incident_id uuid, upstream_event_id uuid,
        broken_channel text, channel text, event text, severity text, state text, reason text, due_at timestamptz, ended_at timestamptz))
        WITH ORDINALITY AS g (shop_id, incident_id, upstream_event_id, broken_channel, channel, event, severity, state, reason, due_at, ended_at, n)
    ), overtaken AS (
      UPDATE alert_deliveries d SET state = 'skipped', ended_at = ${now}, due_at = NULL,
        reason = CASE g.event WHEN 'resolved' THEN 'no_longer_true' ELSE 'superseded' END
      FROM given g WHERE d.state = 'held' AND g.event NOT IN ('acknowledged', 'test') AND d.channel = g.channel
        AND d.shop_id IS NOT DISTINCT FROM g.shop_id AND d.incident_id IS NOT DISTINCT FROM g.incident_id
        AND d.upstream_event_id IS NOT DISTINCT FROM g.upstream_event_id
    )
    INSERT INTO alert_deliveries (shop_id, incident_id, upstream_event_id, broken_channel, channel, event, severity, state, reason,
      created_at, due_at, ended_at, request_id)
    SELECT shop_id, incident_id, upstream_event_id, broken_channel, channel, event, severity, state, reason, ${now}, due_at, ended_at,
      ${currentRequestId() ?? ""}
    FROM given ORDER BY n
    RETURNING shop_id AS "shopId", id, due_at AS "dueAt"`;
  await queueDeliveries(
    tx,
    saved.flatMap(({ dueAt, ...delivery }) => (dueAt ? [{ ...delivery, dueAt }] : [])),
  );
}

/** A notice goes before everything else that waits. */
const AHEAD_OF_THE_REST = -10;

/** Queues a job for each, to run when it is due; one that waits already is moved. */
export async function queueDeliveries(
  tx: ShopTx,
  deliveries: readonly { shopId: string | null; id: string; dueAt: Date }[],
): Promise<void> {
  await enqueue(
    tx,
    deliveries.map(({ shopId, id, dueAt }) =>
      job(
        "alerts.deliver",
        { shopId, deliveryId: id },
        { jobKey: `alerts.deliver:${id}`, runAt: dueAt, priority: AHEAD_OF_THE_REST },
      ),
    ),
  );
}
