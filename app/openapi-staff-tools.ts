import type { z } from "zod";
import { AuditPage, AuditQuery } from "./modules/audit/audit-row.ts";
import { Simulation } from "./modules/checks/simulate-check.ts";
import { SaveThresholds, SimulateThresholds, ThresholdsPage } from "./modules/checks/thresholds-page.ts";
import {
  CredentialsView,
  ReplaceCredentials,
  ReplacedCredentials,
} from "./modules/connectors/source-secrets.ts";
import { UpstreamPage } from "./modules/incidents/upstream-page.ts";
import { ActedOnJobs, JobParams, QueuePage, QueueQuery, TaskParams } from "./modules/queue/queue-page.ts";
import {
  MapConnection,
  MapLineageJob,
  NameLineageJob,
  OnlyReason,
  SendTestAlert,
  SetBackfillUrl,
  SetupDone,
  SetupPage,
  SetWorkspace,
  ShopAndIdParams,
  ShopParams,
} from "./modules/staff/setup-page.ts";
import type { ApiOperation } from "./openapi-operation.ts";

const read = { security: "staffToken", method: "get", refusals: [401, 403, 404, 429, 503] } as const;
const list = { ...read, refusals: [400, 401, 403, 422, 429, 503] } as const;
const act = {
  security: "staffToken",
  method: "post",
  refusals: [400, 401, 403, 404, 409, 413, 415, 422, 429, 503],
} as const;

const shopPath = "/api/staff/shops/{shop}";
const connectorPath = `${shopPath}/connectors/{id}`;

const answer = (schema: z.ZodType, description: string) => ({ status: 200, schema, description }) as const;
const jobs = answer(ActedOnJobs, "The jobs that it was done to");
const setup = (
  path: string,
  id: string,
  summary: string,
  body: z.ZodType,
  says = "It is done",
): ApiOperation => ({
  ...act,
  path: `${shopPath}/${path}`,
  id,
  summary,
  params: path.includes("{id}") ? ShopAndIdParams : ShopParams,
  body,
  answer: answer(SetupDone, says),
});

/** What staff read across shops, the queue, and how a shop is set up. Every action needs a reason, and is in the audit. */
export const staffToolOperations: readonly ApiOperation[] = [
  {
    ...list,
    path: "/api/staff/audit",
    id: "listAudit",
    summary: "Who did what, where and why, in all shops, newest first, in pages",
    query: AuditQuery,
    answer: answer(AuditPage, "A page of the audit"),
  },
  {
    ...read,
    path: "/api/staff/upstream",
    id: "getUpstream",
    summary: "Which sources fail across shops, since when and why, without naming a shop",
    answer: answer(UpstreamPage, "What goes wrong in many shops at once"),
    refusals: [401, 403, 429, 503],
  },
  {
    ...list,
    path: "/api/staff/queue",
    id: "getQueue",
    summary: "The queue by task, and the jobs of one state, in pages",
    query: QueueQuery,
    answer: answer(QueuePage, "The queue"),
  },
  {
    ...act,
    path: "/api/staff/queue/jobs/{id}/retry",
    id: "retryJob",
    summary: "Tries a failed job again now, from the beginning. For admins",
    params: JobParams,
    body: OnlyReason,
    answer: jobs,
  },
  {
    ...act,
    path: "/api/staff/queue/jobs/{id}/give-up",
    id: "giveUpJob",
    summary: "Tries a job that failed so far not any more. For admins",
    params: JobParams,
    body: OnlyReason,
    answer: jobs,
  },
  {
    ...act,
    path: "/api/staff/queue/tasks/{task}/retry",
    id: "retryTask",
    summary: "Tries all failed jobs of a task again now, up to 1,000. For admins",
    params: TaskParams,
    body: OnlyReason,
    answer: jobs,
  },
  {
    ...act,
    path: "/api/staff/queue/tasks/{task}/give-up",
    id: "giveUpTask",
    summary: "Gives up all jobs of a task that failed so far, up to 1,000. For admins",
    params: TaskParams,
    body: OnlyReason,
    answer: jobs,
  },
  {
    ...read,
    path: `${shopPath}/setup`,
    id: "getSetup",
    summary: "How a shop's data comes in: keys, the Airbyte workspace, what feeds what, test alerts",
    params: ShopParams,
    answer: answer(SetupPage, "The setup"),
  },
  setup(
    "ingest-keys/rotate",
    "rotateIngestKey",
    "Makes a new ingest key, told this once; the one before works for another week",
    OnlyReason,
    "The key",
  ),
  setup("ingest-keys/{id}/revoke", "revokeIngestKey", "A key stops working now", OnlyReason),
  setup(
    "airbyte-workspace",
    "setWorkspace",
    "Gives a shop its Airbyte workspace, another, or none",
    SetWorkspace,
  ),
  setup(
    "airbyte-addresses",
    "issueAirbyteAddresses",
    "New addresses for the workspace's notifications, told this once; those before stop working",
    OnlyReason,
    "The addresses",
  ),
  setup("connections/{id}/map", "mapConnection", "Says which source a connection feeds", MapConnection),
  setup("connections/{id}/unmap", "unmapConnection", "Takes a connection off a source", MapConnection),
  setup("lineage-jobs/map", "mapLineageJob", "Says which source a pipeline's job loads", MapLineageJob),
  setup(
    "lineage-jobs/unmap",
    "unmapLineageJob",
    "Lets a job's name decide again what it loads",
    NameLineageJob,
  ),
  setup(
    "connectors/{id}/backfill-url",
    "setBackfillUrl",
    "Where a shop's own pipeline is told that days are to be sent again",
    SetBackfillUrl,
  ),
  setup("test-alert", "sendTestAlert", "Sends a test message through one channel", SendTestAlert),
  {
    ...read,
    path: `${connectorPath}/credentials`,
    id: "getCredentials",
    summary: "Which secrets of a connector's source can be replaced: names, never a value",
    params: ShopAndIdParams,
    answer: answer(CredentialsView, "The names"),
    refusals: [401, 403, 404, 409, 429, 503],
  },
  {
    ...act,
    path: `${connectorPath}/credentials/replace`,
    id: "replaceCredentials",
    summary: "Hands new credentials on to Airbyte. They are kept nowhere here",
    params: ShopAndIdParams,
    body: ReplaceCredentials,
    answer: answer(ReplacedCredentials, "Which were replaced"),
  },
  {
    ...read,
    path: `${connectorPath}/thresholds`,
    id: "getThresholds",
    summary: "How each check of a connector is judged",
    params: ShopAndIdParams,
    answer: answer(ThresholdsPage, "The checks' settings"),
  },
  {
    ...act,
    path: `${connectorPath}/thresholds/simulate`,
    id: "simulateThresholds",
    summary: "What another setting of a check would have brought over the last 90 days. Changes nothing",
    params: ShopAndIdParams,
    body: SimulateThresholds,
    answer: answer(Simulation, "Alarms and incidents, as it is and as proposed"),
  },
  {
    ...act,
    path: `${connectorPath}/thresholds/save`,
    id: "saveThresholds",
    summary: "Sets how a check of a connector is judged from now on. For admins",
    params: ShopAndIdParams,
    body: SaveThresholds,
    answer: answer(ThresholdsPage, "The checks' settings"),
  },
];
