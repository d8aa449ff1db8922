import { z } from "zod";
import { createDocument, type ZodOpenApiOperationObject, type ZodOpenApiPathsObject } from "zod-openapi";
import { Backfill, BackfillEstimate, BackfillStatusAnswer } from "./modules/backfills/backfill.ts";
import { ProgressReport } from "./modules/backfills/pipeline-progress.ts";
import { BackfillRequest } from "./modules/backfills/range.ts";
import { Connector, ConnectorDetail } from "./modules/connectors/connector.ts";
import { DashboardBlock } from "./modules/dashboards/dashboard-block.ts";
import { DashboardBlockQuery } from "./modules/dashboards/dashboard-block-query.ts";
import { Summary } from "./modules/health/summary.ts";
import { Incident, IncidentPage } from "./modules/incidents/incident.ts";
import { IncidentsQuery } from "./modules/incidents/incidents-query.ts";
import { Staff } from "./modules/staff/staff.ts";
import { LineageAnswer, LineageBatchAnswer, LineageEvent } from "./modules/sync-runs/lineage-event.ts";
import { PushReport } from "./modules/sync-runs/push-report.ts";
import { SyncRequest } from "./modules/sync-runs/sync-request.ts";
import { type ApiOperation, refusals } from "./openapi-operation.ts";
import { staffShopOperations } from "./openapi-staff-shops.ts";
import { staffToolOperations } from "./openapi-staff-tools.ts";
import { IdParams } from "./platform/http/id-params.ts";

/** RFC 9457, with a stable code. */
const Problem = z.object({
  type: z.string(),
  title: z.string(),
  status: z.int(),
  detail: z.string(),
  code: z.string().describe("stable; decide by it"),
  requestId: z.string(),
  errors: z.record(z.string(), z.array(z.string())).optional().describe("400 or 422: messages per field"),
});

const schemas = {
  Problem,
  Backfill,
  Connector,
  ConnectorDetail,
  DashboardBlock,
  Incident,
  IncidentPage,
  PushReport,
  Staff,
  Summary,
  SyncRequest,
};

const staff = { security: "staffToken", refusals: [401, 403, 429, 503] } as const;
const merchant = { security: "sessionToken", refusals: [401, 429, 503] } as const;

/** Every address of the HTTP API. */
export const operations: readonly ApiOperation[] = [
  {
    ...merchant,
    method: "get",
    path: "/api/sync-health/summary",
    id: "getSummary",
    summary: "The shop's health: score, deductions and connectors",
    answer: { status: 200, schema: Summary, description: "The shop's health" },
  },
  {
    ...merchant,
    method: "get",
    path: "/api/sync-health/connector/{id}",
    id: "getConnector",
    summary: "One connector with its runs, checks, 90 days of history and incidents",
    params: IdParams,
    answer: { status: 200, schema: ConnectorDetail, description: "The connector" },
    refusals: [401, 404, 429, 503],
  },
  {
    ...merchant,
    method: "get",
    path: "/api/sync-health/incidents",
    id: "listIncidents",
    summary: "The shop's incidents, newest first, in pages",
    query: IncidentsQuery,
    answer: { status: 200, schema: IncidentPage, description: "A page of incidents" },
    refusals: [400, 401, 422, 429, 503],
  },
  {
    ...merchant,
    method: "post",
    path: "/api/sync-health/incidents/{id}/acknowledge",
    id: "acknowledgeIncident",
    summary: "Marks an incident as seen; again changes nothing",
    params: IdParams,
    answer: { status: 200, schema: Incident, description: "The incident" },
    refusals: [401, 404, 409, 429, 503],
  },
  {
    ...merchant,
    method: "get",
    path: "/api/sync-health/dashboard-block",
    id: "getDashboardBlock",
    summary: "Which dashboards may not be shown, why, and what to do",
    query: DashboardBlockQuery,
    answer: { status: 200, schema: DashboardBlock, description: "The dashboards' states" },
    refusals: [401, 422, 429, 503],
  },
  {
    ...merchant,
    method: "post",
    path: "/api/sync-health/connectors/{id}/sync",
    id: "syncConnector",
    summary: "Syncs a connector now, or attaches to the sync that runs already",
    params: IdParams,
    answer: { status: 202, schema: SyncRequest, description: "It is on its way, or running" },
    refusals: [401, 404, 409, 429, 503],
  },
  {
    ...merchant,
    method: "get",
    path: "/api/sync-health/connectors/{id}/backfill/estimate",
    id: "estimateBackfill",
    summary: "What loading days again would take, with what the estimate rests on",
    params: IdParams,
    query: BackfillRequest,
    answer: { status: 200, schema: BackfillEstimate, description: "The estimate" },
    refusals: [401, 404, 422, 429, 503],
  },
  {
    ...merchant,
    method: "post",
    path: "/api/sync-health/connectors/{id}/backfill",
    id: "requestBackfill",
    summary: "Loads days again: at most 90 at once. The same Idempotency-Key again answers the same backfill",
    params: IdParams,
    headers: z.object({ "idempotency-key": z.string().max(200).optional() }),
    body: BackfillRequest,
    answer: { status: 202, schema: z.object({ backfill: Backfill }), description: "It is on its way" },
    refusals: [400, 401, 404, 409, 413, 415, 422, 429, 503],
  },
  {
    ...merchant,
    method: "get",
    path: "/api/sync-health/connectors/{id}/backfill/status",
    id: "getBackfillStatus",
    summary: "The connector's active backfill, and ended ones, newest first",
    params: IdParams,
    answer: { status: 200, schema: BackfillStatusAnswer, description: "Its backfills" },
    refusals: [401, 404, 429, 503],
  },
  {
    ...merchant,
    method: "post",
    path: "/api/sync-health/connectors/{id}/backfill/cancel",
    id: "cancelBackfill",
    summary: "Stops the connector's active backfill and undoes what it changed",
    params: IdParams,
    answer: { status: 200, schema: z.object({ backfill: Backfill }), description: "The backfill" },
    refusals: [401, 404, 409, 429, 503],
  },
  {
    method: "post",
    path: "/api/ingest/sync-runs",
    id: "reportSyncRuns",
    summary:
      "Sync runs reported by a pipeline of the shop: all are recorded, or none. Safe to repeat, in any order",
    security: "signedPush",
    headers: z.object({
      "x-sync-health-shop": z.string().describe("the shop's domain, `example.myshopify.com`"),
      "webhook-id": z.string(),
      "webhook-timestamp": z.string().describe("seconds since 1970, at most five minutes off"),
    }),
    body: PushReport,
    answer: {
      status: 202,
      schema: z.object({ accepted: z.int() }),
      description: "How many runs were accepted",
    },
    refusals: [400, 401, 413, 415, 422, 429, 503],
  },
  {
    method: "post",
    path: "/api/ingest/backfills/{id}/progress",
    id: "reportBackfillProgress",
    summary:
      "How far a pipeline of the shop is with a backfill that it was asked for. Safe to repeat, in any order",
    security: "signedPush",
    params: IdParams,
    headers: z.object({
      "x-sync-health-shop": z.string().describe("the shop's domain, `example.myshopify.com`"),
      "webhook-id": z.string(),
      "webhook-timestamp": z.string().describe("seconds since 1970, at most five minutes off"),
    }),
    body: ProgressReport,
    answer: {
      status: 202,
      schema: z.object({ accepted: z.boolean() }),
      description: "Whether it changed anything",
    },
    refusals: [400, 401, 404, 413, 415, 422, 429, 503],
  },
  {
    method: "post",
    path: "/api/v1/lineage",
    id: "reportLineageEvent",
    summary:
      "An OpenLineage 2-0-2 event of a pipeline of the shop: its run is recorded if its job feeds a connector. Safe to repeat, in any order",
    security: "ingestKey",
    body: LineageEvent,
    answer: { status: 200, schema: LineageAnswer, description: "What was made of the event" },
    refusals: [400, 401, 413, 415, 429, 503],
  },
  {
    method: "post",
    path: "/api/v1/lineage/batch",
    id: "reportLineageBatch",
    summary: "Up to 100 OpenLineage events: the good ones are recorded, the bad ones named",
    security: "ingestKey",
    body: z.array(LineageEvent).max(100),
    answer: { status: 200, schema: LineageBatchAnswer, description: "What was made of the events" },
    refusals: [400, 401, 413, 415, 429, 503],
  },
  {
    ...staff,
    method: "get",
    path: "/api/staff/me",
    id: "getStaff",
    summary: "Who the access token speaks for, and as what",
    answer: { status: 200, schema: Staff, description: "The person" },
  },
  ...staffShopOperations,
  ...staffToolOperations,
  {
    method: "get",
    path: "/api/openapi.json",
    id: "getOpenApi",
    summary: "This document",
    security: null,
    answer: { status: 200, schema: z.record(z.string(), z.unknown()), description: "OpenAPI 3.1" },
    refusals: [],
  },
];

function describeOperation(operation: ApiOperation): ZodOpenApiOperationObject {
  const { params, query, headers, body, answer } = operation;
  const refused = operation.refusals.map((status) => [
    String(status),
    { description: refusals[status], content: { "application/problem+json": { schema: Problem } } },
  ]);
  return {
    operationId: operation.id,
    summary: operation.summary,
    security: operation.security ? [{ [operation.security]: [] }] : [],
    ...(params || query || headers
      ? {
          requestParams: {
            ...(params ? { path: params } : {}),
            ...(query ? { query } : {}),
            ...(headers ? { header: headers } : {}),
          },
        }
      : {}),
    ...(body ? { requestBody: { required: true, content: { "application/json": { schema: body } } } } : {}),
    responses: {
      [String(answer.status)]: {
        description: answer.description,
        content: { "application/json": { schema: answer.schema } },
      },
      ...Object.fromEntries(refused),
    },
  };
}

/** Builds the OpenAPI 3.1 document from the schemas that the API itself parses and answers with. */
export function buildOpenApiDocument() {
  const paths: ZodOpenApiPathsObject = {};
  for (const operation of operations) {
    paths[operation.path] = { ...paths[operation.path], [operation.method]: describeOperation(operation) };
  }
  const document = {
    openapi: "3.1.0",
    info: {
      title: "Sync Health",
      version: "1",
      description:
        "Whether a shop's analytics can be trusted now. Instants are RFC 3339 in UTC, days YYYY-MM-DD in the shop's time zone.",
    },
    paths,
    components: {
      schemas,
      securitySchemes: {
        sessionToken: {
          type: "http",
          scheme: "bearer",
          bearerFormat: "JWT",
          description: "A Shopify session token; it decides the shop.",
        },
        signedPush: {
          type: "apiKey",
          in: "header",
          name: "webhook-signature",
          description:
            "Standard Webhooks: `v1,` and the base64 HMAC-SHA256 of id, timestamp and body with the shop's signing secret.",
        },
        ingestKey: {
          type: "http",
          scheme: "bearer",
          description: "A live ingest key of the shop, `shk_…`; it decides the shop.",
        },
        staffToken: {
          type: "http",
          scheme: "bearer",
          bearerFormat: "JWT",
          description:
            "An access token for this API of the provider that staff sign in with; its role is support or admin.",
        },
      },
    },
  } as const;
  return createDocument(document, {
    // An answer may gain fields: nobody should refuse it for that.
    override: ({ jsonSchema }) => {
      if (jsonSchema.additionalProperties === false) delete jsonSchema.additionalProperties;
    },
  });
}

let built: ReturnType<typeof buildOpenApiDocument> | undefined;

/** The document, built once. */
export function openApiDocument(): ReturnType<typeof buildOpenApiDocument> {
  built ??= buildOpenApiDocument();
  return built;
}
