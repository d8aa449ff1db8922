import { z } from "zod";
import { AppError } from "#app/platform/errors.ts";
import type { ShopTx } from "#app/platform/tenant.server.ts";
import type { IncidentPage, IncidentStatus } from "./incident.ts";
import { findIncidents, presentIncident } from "./incidents.store.server.ts";

// Not every instant of RFC 3339 is one of Postgres: year 0 is not.
const Cursor = z.tuple([z.iso.datetime().refine((at) => Date.parse(at) > 0), z.uuid()]);

/**
 * A page of incidents, newest first. The cursor is opaque and stays right while new incidents arrive.
 * @throws AppError malformed for a cursor that is not one of ours
 */
export async function listIncidents(
  tx: ShopTx,
  { statuses, cursor, limit }: { statuses: readonly IncidentStatus[]; cursor: string | null; limit: number },
): Promise<IncidentPage> {
  const before = cursor === null ? null : readCursor(cursor);
  const rows = await findIncidents(tx, { statuses, limit: limit + 1, ...(before ? { before } : {}) });
  const page = rows.slice(0, limit);
  const last = page.at(-1);
  return {
    incidents: page.map(presentIncident),
    nextCursor:
      rows.length > limit && last
        ? Buffer.from(JSON.stringify([last.openedAt.toISOString(), last.id])).toString("base64url")
        : null,
  };
}

function readCursor(cursor: string): { openedAt: Date; id: string } {
  try {
    const [openedAt, id] = Cursor.parse(JSON.parse(Buffer.from(cursor, "base64url").toString("utf8")));
    return { openedAt: new Date(openedAt), id };
  } catch {
    throw new AppError(
      "malformed",
      "The cursor is not one this list gave out. Leave it out to start at the first page.",
    );
  }
}
