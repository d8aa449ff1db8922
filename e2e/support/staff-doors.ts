import type { StaffRole } from "#app/modules/staff/staff.ts";

/** What a parameter of an address stands for in the tests of staff routes. */
export type StaffAnchor = "shop" | "connector" | "syncedConnector" | "incident" | "nothing";

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
};
