import { z } from "zod";
import { Backfill, BackfillEstimate } from "./modules/backfills/backfill.ts";
import { BackfillRequest } from "./modules/backfills/range.ts";
import { SlaOverride } from "./modules/connectors/sla-override.ts";
import { DashboardKey } from "./modules/connectors/sources.ts";
import { CoveredReason } from "./modules/dashboards/lift.ts";
import { ShopList, ShopsQuery } from "./modules/health/list-shops.ts";
import { Incident } from "./modules/incidents/incident.ts";
import {
  BackfillBody,
  FinishBackfillBody,
  LiftBody,
  MaintenanceBody,
  ReasonBody,
  ResolveBody,
  SlaBody,
  SnoozeBody,
} from "./modules/staff/shop-action.ts";
import { ShopOverview } from "./modules/staff/shop-page.ts";
import { SyncRequest } from "./modules/sync-runs/sync-request.ts";
import type { ApiOperation } from "./openapi-operation.ts";

const ShopPath = z.object({ shop: z.string().describe("the shop's domain or its id") });
const ItemPath = ShopPath.extend({ id: z.guid() });
const Instant = z.iso.datetime();

const read = { security: "staffToken", method: "get", refusals: [401, 403, 404, 429, 503] } as const;
const act = {
  security: "staffToken",
  method: "post",
  refusals: [400, 401, 403, 404, 409, 413, 415, 422, 429, 503],
} as const;

const shopPath = "/api/staff/shops/{shop}";
const connectorPath = `${shopPath}/connectors/{id}`;
const incidentPath = `${shopPath}/incidents/{id}`;

const incident = {
  schema: z.object({ incident: Incident }),
  description: "The incident",
  status: 200,
} as const;
const backfill = {
  schema: z.object({ backfill: Backfill }),
  description: "The backfill",
  status: 200,
} as const;
const pause = {
  schema: z.object({ connector: z.object({ connectorId: z.uuid(), pausedAt: Instant.nullable() }) }),
  description: "Whether it is paused",
  status: 200,
} as const;
const maintenance = {
  schema: z.object({ windowId: z.uuid() }),
  description: "The maintenance window",
  status: 200,
} as const;
const lift = {
  schema: z.object({
    lift: z.object({
      id: z.uuid(),
      dashboard: DashboardKey,
      covers: CoveredReason.array(),
      reason: z.string(),
      createdBy: z.string(),
      createdAt: Instant,
      expiresAt: Instant,
    }),
  }),
  description: "The lift",
  status: 200,
} as const;

/** What staff read of shops and do to them. Every action needs a reason, and is in the audit. */
export const staffShopOperations: readonly ApiOperation[] = [
  {
    ...read,
    path: "/api/staff/shops",
    id: "listShops",
    summary:
      "Installed shops, the worst first, in pages; or those whose domain contains what is searched for",
    query: ShopsQuery,
    answer: { status: 200, schema: ShopList, description: "A page of shops" },
    refusals: [400, 401, 403, 422, 429, 503],
  },
  {
    ...read,
    path: shopPath,
    id: "getShop",
    summary: "A shop with its connectors, blocks, planned work, open incidents, and what is wrong and why",
    params: ShopPath,
    answer: { status: 200, schema: ShopOverview, description: "The shop" },
  },
  {
    ...read,
    path: `${connectorPath}/backfill/estimate`,
    id: "estimateBackfillOfAnyLength",
    summary: "What loading days again would take, however many",
    params: ItemPath,
    query: BackfillRequest,
    answer: { status: 200, schema: BackfillEstimate, description: "The estimate" },
    refusals: [401, 403, 404, 422, 429, 503],
  },
  {
    ...act,
    path: `${connectorPath}/backfill`,
    id: "requestBackfillOfAnyLength",
    summary: "Loads days again, however many. The same Idempotency-Key again answers the same backfill",
    params: ItemPath,
    headers: z.object({ "idempotency-key": z.string().max(200).optional() }),
    body: BackfillBody,
    answer: { ...backfill, status: 202, description: "It is on its way" },
  },
  {
    ...act,
    path: `${connectorPath}/backfill/cancel`,
    id: "cancelBackfillOfShop",
    summary: "Stops the connector's active backfill and undoes what it changed",
    params: ItemPath,
    body: ReasonBody,
    answer: backfill,
  },
  {
    ...act,
    path: `${shopPath}/backfills/{id}/finish`,
    id: "finishBackfill",
    summary: "Closes a backfill that waits for a person: its days were loaded by hand, or will not be",
    params: ItemPath,
    body: FinishBackfillBody,
    answer: backfill,
  },
  {
    ...act,
    path: `${connectorPath}/sync`,
    id: "syncConnectorOfShop",
    summary: "Syncs a connector now, or attaches to the sync that runs already",
    params: ItemPath,
    body: ReasonBody,
    answer: {
      status: 202,
      schema: z.object({ sync: SyncRequest }),
      description: "It is on its way, or running",
    },
  },
  {
    ...act,
    path: `${connectorPath}/pause`,
    id: "pauseConnector",
    summary: "Takes a connector out of judging and of the score until it is resumed",
    params: ItemPath,
    body: ReasonBody,
    answer: pause,
  },
  {
    ...act,
    path: `${connectorPath}/resume`,
    id: "resumeConnector",
    summary: "Takes a paused connector up again and judges it at once",
    params: ItemPath,
    body: ReasonBody,
    answer: pause,
  },
  {
    ...act,
    path: `${connectorPath}/sla`,
    id: "overrideSla",
    summary: "Gives a connector limits of its own, for a time or until further notice; or takes them back",
    params: ItemPath,
    body: SlaBody,
    answer: { status: 200, schema: z.object({ override: SlaOverride }), description: "Its limits" },
  },
  {
    ...act,
    path: `${incidentPath}/acknowledge`,
    id: "acknowledgeIncidentOfShop",
    summary: "On-call is no longer told of it until it gets worse",
    params: ItemPath,
    body: ReasonBody,
    answer: incident,
  },
  {
    ...act,
    path: `${incidentPath}/snooze`,
    id: "snoozeIncident",
    summary: "Puts an incident aside until an instant, or until it gets worse",
    params: ItemPath,
    body: SnoozeBody,
    answer: incident,
  },
  {
    ...act,
    path: `${incidentPath}/resolve`,
    id: "resolveIncident",
    summary: "Closes an incident as fixed, expected, a false alarm, or for another reason",
    params: ItemPath,
    body: ResolveBody,
    answer: incident,
  },
  {
    ...act,
    path: `${shopPath}/maintenance`,
    id: "planMaintenance",
    summary: "Keeps on-call from being told of what begins meanwhile",
    params: ShopPath,
    body: MaintenanceBody,
    answer: maintenance,
  },
  {
    ...act,
    path: `${shopPath}/maintenance/{id}/end`,
    id: "endMaintenance",
    summary: "Ends maintenance sooner; what was held for it is told now",
    params: ItemPath,
    body: ReasonBody,
    answer: maintenance,
  },
  {
    ...act,
    path: `${shopPath}/lifts`,
    id: "liftBlock",
    summary: "Lets a blocked dashboard be shown for a time; a security block only by an admin",
    params: ShopPath,
    body: LiftBody,
    answer: lift,
  },
  {
    ...act,
    path: `${shopPath}/lifts/{id}/end`,
    id: "endLift",
    summary: "Ends a lift before it expires: what held the dashboard back holds again",
    params: ItemPath,
    body: ReasonBody,
    answer: lift,
  },
];
