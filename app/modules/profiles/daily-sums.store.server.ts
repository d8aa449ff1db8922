import type { ShopTx } from "#app/platform/tenant.server.ts";

/** What a page adds up of one connector's day. */
export interface DaySums {
  /** `YYYY-MM-DD`, of the shop's calendar */
  day: string;
  rowCount: number;
  /** By measure. Null: its rows held no sum. Empty on a day without rows. */
  sums: Readonly<Record<string, number | null>>;
}

export interface SummedDays {
  connectorId: string;
  /** When its days were last read from the warehouse. Null: never. */
  profiledAt: Date | null;
  /** The first day that ever held a row. Null: none did. */
  firstDay: string | null;
  /** Oldest first, without a gap from the first day on. */
  days: DaySums[];
}

/** Days as the statement gathers them: in the order of `DaySums`. */
type PackedDay = [string, number, DaySums["sums"] | null];

/** The sums of some of a shop's connectors' days from one day to another, in one statement. */
export async function loadDailySums(
  tx: ShopTx,
  shopId: string,
  connectorIds: readonly string[],
  { from, to }: { from: string; to: string },
): Promise<SummedDays[]> {
  const rows = await tx.$queryRaw<(Omit<SummedDays, "days"> & { days: PackedDay[] })[]>`
    SELECT c.id AS "connectorId", c.profiled_at AS "profiledAt",
      (SELECT to_char(min(p.day), 'YYYY-MM-DD') FROM daily_profiles p WHERE p.shop_id = c.shop_id AND p.connector_id = c.id) AS "firstDay",
      coalesce(d.days, '[]') AS days
    FROM connectors c CROSS JOIN LATERAL (
      SELECT json_agg(json_build_array(p.day, p.row_count,
          (SELECT json_object_agg(m.key, m.value -> 'sum') FROM jsonb_each(p.measures) m)) ORDER BY p.day) AS days
      FROM daily_profiles p WHERE p.shop_id = c.shop_id AND p.connector_id = c.id AND p.day BETWEEN ${from}::date AND ${to}::date
    ) d
    WHERE c.shop_id = ${shopId}::uuid AND c.id = ANY (${[...connectorIds]}::uuid[])`;
  return rows.map(({ days, ...row }) => ({
    ...row,
    days: days.map(([day, rowCount, sums]) => ({ day, rowCount, sums: sums ?? {} })),
  }));
}
