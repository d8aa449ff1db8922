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
};
