import type { StaffRole } from "#app/modules/staff/staff.ts";

/** What a parameter of an address stands for in the tests of staff routes. */
export type StaffAnchor =
  | "shop"
  | "connector"
  | "syncedConnector"
  | "incident"
  | "backfill"
  | "maintenanceWindow"
  | "lift"
  | "key"
  | "freeConnection"
  | "job"
  | "anotherJob"
  | "task"
  | "anotherTask"
  | "nothing";

interface StaffDoorOptions {
  /** Who may come in; support where nothing is said. */
  role?: StaffRole;
  /** What each parameter of the address stands for; `nothing` where none is given. */
  params?: Record<string, StaffAnchor>;
  query?: string;
}

/** Who may come in by a route of the staff's, and how. */
export type StaffDoor =
  /** A page; `form` when it has an action, with fields that are good enough to be parsed. */
  | (StaffDoorOptions & { door: "page"; form?: { role?: StaffRole; fields: Record<string, string> } })
  /** An action without a page. */
  | { door: "form"; role?: StaffRole; fields: Record<string, string> }
  | (StaffDoorOptions & { door: "api"; method: "GET" | "POST"; body?: object })
  /** A step of signing in: for whoever has no session yet. */
  | { door: "entry" };

const ofShop = { shop: "shop" } as const;
const ofConnector = { ...ofShop, id: "connector" } as const;
const ofIncident = { ...ofShop, id: "incident" } as const;
const why = { reason: "Tried" };
const post = (body: object) => ({ door: "api", method: "POST", body }) as const;
const soon = () => new Date(Date.now() + 3_600_000).toISOString();

/** Every route under /staff and /api/staff. One that is not here fails the tests. */
export const staffDoors: Record<string, StaffDoor> = {
  "routes/staff": { door: "page" },
  "routes/staff._index": { door: "page" },
  "routes/staff.$": { door: "page" },
  "routes/staff_.sign-in": { door: "entry" },
  "routes/staff_.sign-in_.start": { door: "entry" },
  "routes/staff_.callback": { door: "entry" },
  "routes/staff_.sign-out": { door: "form", fields: {} },
  "routes/api.staff.me": { door: "api", method: "GET" },
  "routes/staff.shops.$shop": {
    door: "page",
    params: ofShop,
    form: { fields: { intent: "plan_maintenance", forHours: "1", reason: "Tried" } },
  },
  "routes/staff.shops_.$shop_.incidents.$id": { door: "page", params: { ...ofShop, id: "incident" } },
  "routes/staff_.shops.$shop.connectors.$id.estimate": { door: "page", params: ofConnector },
  "routes/api.staff.shops._index": { door: "api", method: "GET" },
  "routes/api.staff.shops.$shop._index": { door: "api", method: "GET", params: ofShop },
  "routes/api.staff.shops.$shop.connectors.$id.backfill.estimate": {
    door: "api",
    method: "GET",
    params: ofConnector,
    query: "?startDate=2026-01-01&endDate=2026-11-01",
  },
  "routes/api.staff.shops.$shop.incidents.$id.acknowledge": { ...post(why), params: ofIncident },
  "routes/api.staff.shops.$shop.incidents.$id.snooze": {
    ...post({ until: soon(), ...why }),
    params: ofIncident,
  },
  "routes/api.staff.shops.$shop.incidents.$id.resolve": {
    ...post({ resolution: "fixed", ...why }),
    params: ofIncident,
  },
  // In this order: what one begins, the next one ends.
  "routes/api.staff.shops.$shop.connectors.$id.backfill._index": {
    ...post({ startDate: "2025-11-01", endDate: "2026-11-01", reason: "Tried" }),
    params: ofConnector,
  },
  "routes/api.staff.shops.$shop.connectors.$id.backfill.cancel": { ...post(why), params: ofConnector },
  "routes/api.staff.shops.$shop.connectors.$id.pause": { ...post(why), params: ofConnector },
  "routes/api.staff.shops.$shop.connectors.$id.resume": { ...post(why), params: ofConnector },
  "routes/api.staff.shops.$shop.connectors.$id.sla": {
    ...post({ warningMinutes: 60, ...why }),
    params: ofConnector,
  },
  "routes/api.staff.shops.$shop.connectors.$id.sync": {
    ...post(why),
    params: { ...ofShop, id: "syncedConnector" },
  },
  "routes/api.staff.shops.$shop.backfills.$id.finish": {
    ...post({ outcome: "loaded", ...why }),
    params: { ...ofShop, id: "backfill" },
  },
  "routes/api.staff.shops.$shop.maintenance._index": { ...post({ endsAt: soon(), ...why }), params: ofShop },
  "routes/api.staff.shops.$shop.maintenance.$id.end": {
    ...post(why),
    params: { ...ofShop, id: "maintenanceWindow" },
  },
  "routes/api.staff.shops.$shop.lifts._index": {
    ...post({ dashboard: "revenue", expiresAt: soon(), ...why }),
    params: ofShop,
  },
  "routes/api.staff.shops.$shop.lifts.$id.end": { ...post(why), params: { ...ofShop, id: "lift" } },
  "routes/staff.audit": { door: "page", query: "?actor=&from=2026-11-01" },
  "routes/staff_.audit[.]csv": { door: "page", query: "?to=2026-11-01" },
  "routes/api.staff.audit": { door: "api", method: "GET", query: "?limit=5" },
  "routes/staff.upstream": { door: "page" },
  "routes/api.staff.upstream": { door: "api", method: "GET" },
  "routes/staff.queue": {
    door: "page",
    query: "?state=retrying&task=",
    form: { role: "admin", fields: { do: "retry", jobId: "1", reason: "Tried" } },
  },
  "routes/api.staff.queue._index": { door: "api", method: "GET" },
  "routes/api.staff.queue.jobs.$id.retry": { ...post(why), role: "admin", params: { id: "job" } },
  "routes/api.staff.queue.jobs.$id.give-up": { ...post(why), role: "admin", params: { id: "anotherJob" } },
  "routes/api.staff.queue.tasks.$task.retry": { ...post(why), role: "admin", params: { task: "task" } },
  "routes/api.staff.queue.tasks.$task.give-up": {
    ...post(why),
    role: "admin",
    params: { task: "anotherTask" },
  },
  "routes/staff.shops_.$shop_.setup": {
    door: "page",
    params: ofShop,
    form: { fields: { do: "rotate_key", reason: "Tried" } },
  },
  "routes/api.staff.shops.$shop.setup": { door: "api", method: "GET", params: ofShop },
  "routes/api.staff.shops.$shop.ingest-keys.rotate": { ...post(why), params: ofShop },
  "routes/api.staff.shops.$shop.ingest-keys.$id.revoke": { ...post(why), params: { ...ofShop, id: "key" } },
  "routes/api.staff.shops.$shop.connections.$id.map": {
    ...post({ source: "meta_ads", ...why }),
    params: { ...ofShop, id: "freeConnection" },
  },
  "routes/api.staff.shops.$shop.connections.$id.unmap": {
    ...post({ source: "meta_ads", ...why }),
    params: { ...ofShop, id: "freeConnection" },
  },
  "routes/api.staff.shops.$shop.lineage-jobs.map": {
    ...post({ namespace: "etl", name: "nightly", source: "attentive", ...why }),
    params: ofShop,
  },
  "routes/api.staff.shops.$shop.lineage-jobs.unmap": {
    ...post({ namespace: "etl", name: "nightly", ...why }),
    params: ofShop,
  },
  "routes/api.staff.shops.$shop.connectors.$id.backfill-url": {
    ...post({ url: "https://93.184.215.14/backfills", ...why }),
    params: ofConnector,
  },
  "routes/api.staff.shops.$shop.test-alert": { ...post({ channel: "slack", ...why }), params: ofShop },
  "routes/staff.shops_.$shop_.connectors_.$id_.thresholds": {
    door: "page",
    params: ofConnector,
    form: { role: "admin", fields: { check: "null_rate", enabled: "true", reason: "Tried" } },
  },
  "routes/staff_.shops.$shop.connectors.$id.try-thresholds": {
    door: "form",
    fields: { check: "null_rate", enabled: "true" },
  },
  "routes/api.staff.shops.$shop.connectors.$id.thresholds._index": {
    door: "api",
    method: "GET",
    params: ofConnector,
  },
  "routes/api.staff.shops.$shop.connectors.$id.thresholds.simulate": {
    ...post({ check: "missing_days", enabled: true, thresholds: { allowedDays: 1 } }),
    params: ofConnector,
  },
  "routes/api.staff.shops.$shop.connectors.$id.thresholds.save": {
    ...post({ check: "null_rate", enabled: true, thresholds: { from: 2 }, ...why }),
    role: "admin",
    params: ofConnector,
  },
  "routes/staff.shops_.$shop_.connectors_.$id_.credentials": {
    door: "page",
    params: { ...ofShop, id: "syncedConnector" },
    form: { fields: { do: "replace", "secrets.credentials.access_token": "demo-new", reason: "Tried" } },
  },
  "routes/api.staff.shops.$shop.connectors.$id.credentials._index": {
    door: "api",
    method: "GET",
    params: { ...ofShop, id: "syncedConnector" },
  },
  "routes/api.staff.shops.$shop.connectors.$id.credentials.replace": {
    ...post({ secrets: { "credentials.access_token": "demo-new" }, ...why }),
    params: { ...ofShop, id: "syncedConnector" },
  },
  // Last of all: the connections of the workspace before feed nothing any more.
  "routes/api.staff.shops.$shop.airbyte-addresses": { ...post(why), params: ofShop },
  "routes/api.staff.shops.$shop.airbyte-workspace": {
    ...post({ workspaceId: "6a7b0c1d-0000-4000-8000-000000000001", ...why }),
    params: ofShop,
  },
};
