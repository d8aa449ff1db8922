import type { FlowEvent } from "#app/integrations/shopify-flow/flow-trigger.ts";
import { env } from "#app/platform/env.server.ts";
import type { ShopTx } from "#app/platform/tenant.server.ts";
import { isSource, sources } from "../connectors/sources.ts";
import type { IncidentStatus } from "../incidents/incident.ts";
import type { Severity } from "../severity.ts";
import { adminLink } from "../shops/admin-link.ts";
import {
  type AlertMessage,
  tellBrokenChannel,
  tellIncidentAlert,
  tellTest,
  tellUpstreamAlert,
} from "./alert-message.ts";
import { tellFlowOpened, tellFlowResolved } from "./flow-payload.ts";
import type { NoticeEvent } from "./routing.ts";

/** What a delivery is about, in words, and whether that is over by now. */
export interface Told {
  message: AlertMessage;
  isOver: boolean;
  /** For the shop's own workflows; null where they have none for it. */
  flow: { shop: { id: string; domain: string }; event: FlowEvent } | null;
}

export interface ToTell {
  id: string;
  event: NoticeEvent | "test";
  severity: Severity;
  createdAt: Date;
  incidentId: string | null;
  upstreamEventId: string | null;
  brokenChannel: string | null;
}

/** Puts a delivery's subject, as it stands now, in words; null when it is gone. */
export async function loadMessage(tx: ShopTx, delivery: ToTell): Promise<Told | null> {
  const { id, event, createdAt } = delivery;
  if (event === "test") return { message: tellTest(id, createdAt), isOver: false, flow: null };
  if (delivery.incidentId) return tellIncident(tx, delivery.incidentId, event, delivery.severity);
  if (delivery.upstreamEventId) return tellUpstream(tx, delivery.upstreamEventId, event, delivery.severity);
  return {
    message: tellBrokenChannel({ event, channel: delivery.brokenChannel ?? "", at: createdAt }),
    isOver: false,
    flow: null,
  };
}

async function tellIncident(
  tx: ShopTx,
  incidentId: string,
  event: NoticeEvent,
  severity: Severity,
): Promise<Told | null> {
  const [row] = await tx.$queryRaw<
    {
      shopId: string;
      shop: string;
      source: string | null;
      check: string;
      status: IncidentStatus;
      title: string;
      detail: string;
      openedAt: Date;
      resolvedAt: Date | null;
    }[]
  >`
    SELECT i.shop_id AS "shopId", s.domain AS shop, c.source, i.check_name AS "check", i.status, i.title, i.detail, i.opened_at AS "openedAt", i.resolved_at AS "resolvedAt"
    FROM dq_incidents i JOIN shops s ON s.id = i.shop_id LEFT JOIN connectors c ON c.shop_id = i.shop_id AND c.id = i.connector_id
    WHERE i.id = ${incidentId}::uuid`;
  if (!row) return null;
  const { SHOPIFY_API_KEY: apiKey, ADMIN_ORIGIN: adminOrigin } = env();
  const url = adminLink({ domain: row.shop, apiKey, adminOrigin, path: `/app/incidents/${incidentId}` });
  const { resolvedAt, source } = row;
  const incident = {
    ...row,
    id: incidentId,
    severity,
    url,
    affectedDashboards: source && isSource(source) ? sources[source].feeds : [],
  };
  const flowEvent =
    event === "resolved"
      ? tellFlowResolved({ ...incident, resolvedAt: resolvedAt ?? row.openedAt })
      : event === "opened" || event === "escalated" || event === "reopened"
        ? tellFlowOpened(incident, event)
        : null;
  return {
    message: tellIncidentAlert({ ...row, event, severity, incidentId, url }),
    isOver: row.status === "resolved",
    flow: flowEvent && { shop: { id: row.shopId, domain: row.shop }, event: flowEvent },
  };
}

async function tellUpstream(
  tx: ShopTx,
  upstreamEventId: string,
  event: NoticeEvent,
  severity: Severity,
): Promise<Told | null> {
  const [row] = await tx.$queryRaw<
    { source: string; shopsAffected: number; startedAt: Date; endedAt: Date | null }[]
  >`
    SELECT source, shops_affected AS "shopsAffected", started_at AS "startedAt", ended_at AS "endedAt"
    FROM upstream_events WHERE id = ${upstreamEventId}::uuid`;
  if (!row) return null;
  return {
    message: tellUpstreamAlert({ ...row, event, severity, upstreamEventId }),
    isOver: row.endedAt !== null,
    flow: null,
  };
}
