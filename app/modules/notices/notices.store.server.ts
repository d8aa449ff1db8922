import { notFound } from "#app/platform/errors.ts";
import type { ShopTx } from "#app/platform/tenant.server.ts";
import { NOTICE_DAYS, type Notice, NoticeKind, noticeSettings, SHOWN_NOTICES } from "./notice.ts";

/** The row that remembers that the introduction was put away. */
const GETTING_STARTED = "getting_started";
const LOOKED_AT = 50;

export interface NewNotice {
  shopId: string;
  kind: NoticeKind;
  connectorId: string;
  title: string;
  body: string;
  path: string | null;
}

/**
 * Adds notices for any number of shops, where the merchant wants their kind. One of a kind per connector: a newer one
 * takes the place of one that was not dismissed.
 */
export async function addNotices(tx: ShopTx, notices: readonly NewNotice[], now: Date): Promise<void> {
  if (notices.length === 0) return;
  const rows = JSON.stringify(
    notices.map((notice) => ({
      ...notice,
      setting: noticeSettings[notice.kind],
      target: { connectorId: notice.connectorId, path: notice.path },
    })),
  );
  await tx.$executeRaw`
    WITH wanted AS MATERIALIZED (
      SELECT n.* FROM jsonb_to_recordset(${rows}::jsonb)
        AS n ("shopId" uuid, kind text, "connectorId" text, title text, body text, target jsonb, setting text)
      LEFT JOIN shop_settings s ON s.shop_id = n."shopId"
      WHERE coalesce(s.settings -> 'notices' -> n.setting, 'true') <> 'false'
    ), replaced AS (
      DELETE FROM notices old USING wanted WHERE old.shop_id = wanted."shopId" AND old.kind = wanted.kind
        AND old.target ->> 'connectorId' = wanted."connectorId" AND old.dismissed_at IS NULL
    )
    INSERT INTO notices (shop_id, kind, title, body, target, created_at, expires_at)
    SELECT "shopId", kind, title, body, target, ${now}::timestamptz, ${now}::timestamptz + make_interval(days => ${NOTICE_DAYS})
    FROM wanted`;
}

/** The newest notices that nobody dismissed, and whether the introduction was put away. */
export async function listNotices(
  tx: ShopTx,
  shopId: string,
  now: Date,
): Promise<{ notices: Notice[]; isGettingStartedDismissed: boolean }> {
  const rows = await tx.$queryRaw<
    { id: string; kind: string; title: string; body: string; path: string | null; createdAt: Date }[]
  >`
    SELECT id, kind, title, body, target ->> 'path' AS path, created_at AS "createdAt" FROM notices
    WHERE shop_id = ${shopId}::uuid AND (kind = ${GETTING_STARTED}
      OR (dismissed_at IS NULL AND expires_at > ${now}::timestamptz))
    ORDER BY created_at DESC, id LIMIT ${LOOKED_AT}`;
  const notices = rows.flatMap(({ createdAt, ...row }) => {
    const kind = NoticeKind.safeParse(row.kind).data;
    return kind ? [{ ...row, kind, createdAt: createdAt.toISOString() }] : [];
  });
  return {
    notices: notices.slice(0, SHOWN_NOTICES),
    isGettingStartedDismissed: rows.some((row) => row.kind === GETTING_STARTED),
  };
}

/** Puts the introduction away for good; again changes nothing. */
export async function dismissGettingStarted(tx: ShopTx, shopId: string, now: Date): Promise<void> {
  await tx.$executeRaw`
    INSERT INTO notices (shop_id, kind, title, body, created_at, dismissed_at, expires_at)
    SELECT ${shopId}::uuid, ${GETTING_STARTED}, '', '', ${now}::timestamptz, ${now}::timestamptz, 'infinity'
    WHERE NOT EXISTS (SELECT 1 FROM notices WHERE shop_id = ${shopId}::uuid AND kind = ${GETTING_STARTED})`;
}

/** Takes a notice off Home for good; again changes nothing. @throws AppError not_found */
export async function dismissNotice(tx: ShopTx, noticeId: string, now: Date): Promise<void> {
  const found = await tx.$executeRaw`
    UPDATE notices SET dismissed_at = coalesce(dismissed_at, ${now}::timestamptz) WHERE id = ${noticeId}::uuid`;
  if (found === 0) throw notFound("notice");
}
