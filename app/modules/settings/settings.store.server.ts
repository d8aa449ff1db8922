import type { ShopTx } from "#app/platform/tenant.server.ts";
import type { ExpectedWindow, NoticeChoices } from "./settings.ts";

/** Lets one save of a shop happen at a time; the next one sees what this one wrote. */
export async function lockSettings(tx: ShopTx, shopId: string): Promise<void> {
  await tx.$queryRaw`SELECT 1 FROM shop_settings WHERE shop_id = ${shopId}::uuid FOR UPDATE`;
}

/** What is stored of a shop's settings: the choices as they are, and its windows that end on `since` or later, by day. */
export async function findStoredSettings(
  tx: ShopTx,
  shopId: string,
  since: string,
): Promise<{ settings: unknown; windows: ExpectedWindow[] }> {
  const [row] = await tx.$queryRaw<{ settings: unknown; windows: ExpectedWindow[] }[]>`
    SELECT (SELECT settings FROM shop_settings WHERE shop_id = ${shopId}::uuid) AS settings,
      coalesce(jsonb_agg(jsonb_build_object('id', id, 'connectorId', connector_id, 'kind', kind,
        'startDay', start_day, 'endDay', end_day, 'note', note) ORDER BY start_day, end_day, id), '[]') AS windows
    FROM expected_windows WHERE shop_id = ${shopId}::uuid AND end_day >= ${since}::date`;
  return row!;
}

/** Stores the choices beside whatever else the shop's settings hold, and when they were last saved. */
export async function saveNotices(
  tx: ShopTx,
  shopId: string,
  notices: NoticeChoices,
  now: Date,
): Promise<void> {
  await tx.$executeRaw`
    INSERT INTO shop_settings AS s (shop_id, settings, updated_at)
    VALUES (${shopId}::uuid, jsonb_build_object('notices', ${JSON.stringify(notices)}::jsonb), ${now}::timestamptz)
    ON CONFLICT (shop_id) DO UPDATE SET updated_at = excluded.updated_at,
      settings = CASE WHEN jsonb_typeof(s.settings) = 'object' THEN s.settings ELSE '{}' END || excluded.settings`;
}

/** Adds windows, and changes those that are there; who made a window and when stays. */
export async function saveWindows(
  tx: ShopTx,
  shopId: string,
  windows: readonly ExpectedWindow[],
  createdBy: string,
  now: Date,
): Promise<void> {
  if (windows.length === 0) return;
  await tx.$executeRaw`
    INSERT INTO expected_windows (shop_id, id, connector_id, start_day, end_day, kind, note, created_by, created_at)
    SELECT ${shopId}::uuid, w.id, w."connectorId", w."startDay", w."endDay", w.kind, w.note, ${createdBy}, ${now}::timestamptz
    FROM jsonb_to_recordset(${JSON.stringify(windows)}::jsonb)
      AS w (id uuid, "connectorId" uuid, "startDay" date, "endDay" date, kind text, note text)
    ON CONFLICT (shop_id, id) DO UPDATE SET connector_id = excluded.connector_id, start_day = excluded.start_day,
      end_day = excluded.end_day, kind = excluded.kind, note = excluded.note`;
}

export async function removeWindows(
  tx: ShopTx,
  shopId: string,
  windows: readonly ExpectedWindow[],
): Promise<void> {
  if (windows.length === 0) return;
  const ids = windows.map(({ id }) => id);
  await tx.$executeRaw`DELETE FROM expected_windows WHERE shop_id = ${shopId}::uuid AND id = ANY (${ids}::uuid[])`;
}
