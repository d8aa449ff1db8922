import type { ShopTx } from "#app/platform/tenant.server.ts";
import type { IncidentStatus } from "../incidents/incident.ts";
import type { Severity } from "../severity.ts";
import { adminLink } from "../shops/admin-link.server.ts";
import {
  type AlertMessage,
  tellBrokenChannel,
  tellIncidentAlert,
  tellTest,
  tellUpstreamAlert,
} from "./alert-message.ts";
import type { NoticeEvent } from "./routing.ts";

/** What a delivery is about, in words, and whether that is over by now. */
export interface Told {
  message: AlertMessage;
  isOver: boolean;
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
  if (event === "test") return { message: tellTest(id, createdAt), isOver: false };
  if (delivery.incidentId) return tellIncident(tx, delivery.incidentId, event, delivery.severity);
  if (delivery.upstreamEventId) return tellUpstream(tx, delivery.upstreamEventId, event, delivery.severity);
  return {
    message: tellBrokenChannel({ event, channel: delivery.brokenChannel ?? "", at: createdAt }),
    isOver: false,
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
    SELECT s.domain AS shop, c.source, i.check_name AS "check", i.status, i.title, i.detail, i.opened_at AS "openedAt", i.resolved_at AS "resolvedAt"
    FROM dq_incidents i JOIN shops s ON s.id = i.shop_id LEFT JOIN connectors c ON c.shop_id = i.shop_id AND c.id = i.connector_id
    WHERE i.id = ${incidentId}::uuid`;
  if (!row) return null;
  const url = adminLink(row.shop, `/app/incidents/${incidentId}`);
  return {
    message: tellIncidentAlert({ ...row, event, severity, incidentId, url }),
    isOver: row.status === "resolved",
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
  };
}
