import { z } from "zod";
import { AlertChannel, TestAlerts } from "../alerts/test-alert.ts";
import { Source } from "../connectors/sources.ts";
import { IngestKeyView, NewKey } from "../ingest-keys/ingest-key.ts";
import { Reason } from "./reason.ts";

const Feeds = z.object({ connectorId: z.uuid(), source: z.string(), label: z.string() });

/** How a shop's data comes in, and what of it nobody has placed yet. */
export const SetupPage = z.object({
  shop: z.object({ id: z.uuid(), domain: z.string(), isInstalled: z.boolean() }),
  keys: z.array(IngestKeyView),
  isAirbyteConfigured: z.boolean(),
  workspace: z
    .object({
      workspaceId: z.uuid(),
      lastPolledAt: z.iso.datetime().nullable(),
      unreachableSince: z.iso.datetime().nullable(),
      unreachableReason: z.string().nullable(),
    })
    .nullable(),
  /** Workspaces that Airbyte lists and no shop has. */
  freeWorkspaces: z.array(z.object({ workspaceId: z.uuid(), name: z.string(), reason: z.string() })),
  connections: z.array(
    z.object({
      id: z.uuid(),
      externalId: z.string(),
      name: z.string(),
      status: z.string(),
      streams: z.array(z.string()),
      feeds: z.array(Feeds),
      unmatchedReason: z.string().nullable(),
      isMappedByStaff: z.boolean(),
    }),
  ),
  lineageJobs: z.array(
    z.object({
      namespace: z.string(),
      name: z.string(),
      feeds: Feeds.nullable(),
      unmappedReason: z.enum(["no_such_source", "synced_by_airbyte"]).nullable(),
      seenAt: z.iso.datetime(),
    }),
  ),
  connectors: z.array(
    Feeds.extend({
      engine: z.enum(["airbyte", "push"]),
      backfillUrl: z.string().nullable(),
      connection: z.string().nullable(),
    }),
  ),
  testAlerts: TestAlerts,
});
export type SetupPage = z.infer<typeof SetupPage>;

export const ShopParams = z.object({ shop: z.string().min(1).max(255) });
export const ShopAndIdParams = ShopParams.extend({ id: z.uuid() });

export const OnlyReason = z.object({ reason: Reason });

export const SetWorkspace = z.object({
  workspaceId: z
    .uuid("Give the workspace's id, as it stands in Airbyte's address.")
    .nullable()
    .describe("null: none any more"),
  reason: Reason,
});
export const MapConnection = z.object({ source: Source, reason: Reason });
export const NameLineageJob = z.object({
  namespace: z.string().max(400),
  name: z.string().max(400),
  reason: Reason,
});
export const MapLineageJob = NameLineageJob.extend({ source: Source });
export const SetBackfillUrl = z.object({
  url: z.string().trim().max(2_000).nullable().describe("null: none any more"),
  reason: Reason,
});
export const SendTestAlert = z.object({ channel: AlertChannel, reason: Reason });

const emptyIsNull = (value: unknown) => (value === "" ? null : value);
const id = z.uuid();

/** The forms of the setup page, told apart by `do`. */
export const SetupForm = z.discriminatedUnion("do", [
  OnlyReason.extend({ do: z.literal("rotate_key") }),
  OnlyReason.extend({ do: z.literal("revoke_key"), key: id }),
  OnlyReason.extend({
    do: z.literal("set_workspace"),
    workspaceId: z.preprocess(emptyIsNull, SetWorkspace.shape.workspaceId),
  }),
  OnlyReason.extend({ do: z.literal("issue_addresses") }),
  MapConnection.extend({ do: z.literal("map_connection"), connection: id }),
  MapConnection.extend({ do: z.literal("unmap_connection"), connection: id }),
  MapLineageJob.extend({ do: z.literal("map_job") }),
  NameLineageJob.extend({ do: z.literal("unmap_job") }),
  OnlyReason.extend({
    do: z.literal("set_backfill_url"),
    connector: id,
    url: z.preprocess(emptyIsNull, SetBackfillUrl.shape.url),
  }),
  SendTestAlert.extend({ do: z.literal("test_alert") }),
]);
export type SetupForm = z.infer<typeof SetupForm>;

/** What the page says after a form was taken. Keys and addresses are shown this once. */
export const SetupDone = z.object({
  done: z.string(),
  key: NewKey.optional(),
  addresses: z.record(z.string(), z.string()).optional(),
});
export type SetupDone = z.infer<typeof SetupDone> & { done: SetupForm["do"] };
