import { afterAll, beforeAll, expect, test } from "vitest";
import { withShop } from "#app/platform/tenant.server.ts";
import { createTestDatabase, type TestDatabase } from "#e2e/support/database.ts";
import { makeConnector, makeShop } from "#e2e/support/tenants.ts";
import type { Source } from "../connectors/sources.ts";
import type { Shop } from "../shops/shop.ts";
import { dayBefore } from "../shops/shop-days.ts";
import { openBackfillForm } from "./open-backfill-form.server.ts";

let database: TestDatabase;
const now = new Date("2026-11-20T10:00:00Z");
const today = "2026-11-20";
const ago = (days: number) => dayBefore(today, days);

beforeAll(async () => {
  database = await createTestDatabase();
});
afterAll(() => database?.drop());

/** A source of 10 rows a day; the connection of an Airbyte one has a second source, or not, or nobody has looked. */
async function subject(source: Source, hasBackfillSource?: boolean | null) {
  const shop = await makeShop(database.owner);
  const { id } = await makeConnector(database.owner, shop.id, source, {
    engine: hasBackfillSource === undefined ? "push" : "airbyte",
  });
  await database.owner.query("UPDATE connections SET has_backfill_source = $2 WHERE shop_id = $1", [
    shop.id,
    hasBackfillSource ?? null,
  ]);
  await database.owner.query(
    "INSERT INTO daily_profiles (shop_id, connector_id, day, row_count, profiled_at, highest_rows) SELECT $1, $2, d::date, 10, now(), 10 FROM generate_series($3::date - 100, $3::date, '1 day') AS d",
    [shop.id, id, today],
  );
  return { shop, id };
}

/** @returns the form, and how many statements it took */
async function open(
  { shop, id }: { shop: Shop; id: string },
  wanted: Parameters<typeof openBackfillForm>[3],
) {
  let statements = 0;
  const form = await withShop(shop.id, (tx) =>
    openBackfillForm(
      new Proxy(tx, {
        get: (target, name) => {
          if (name === "$queryRaw") statements += 1;
          return Reflect.get(target, name);
        },
      }),
      shop,
      id,
      wanted,
      now,
    ),
  );
  return { form, statements };
}

test("opens with the last week, and estimates once", async () => {
  const { form, statements } = await open(await subject("postscript"), null);
  expect(form.range).toEqual({ startDate: ago(6), endDate: today });
  expect(form.estimate).toMatchObject({ days: 7, estimatedRows: 70, suggestedRange: null });
  expect(statements).toBe(2);
});

test("opens with a gap, and estimates once", async () => {
  const one = await subject("postscript");
  await database.owner.query(
    `INSERT INTO dq_incidents (shop_id, connector_id, check_name, severity, status, title, detail, opened_at, first_day, last_day)
     VALUES ($1, $2, 'missing_days', 'high', 'open', 't', 'd', now(), $3, $4)`,
    [one.shop.id, one.id, ago(40), ago(36)],
  );
  await database.owner.query(
    "UPDATE daily_profiles SET row_count = 0 WHERE connector_id = $1 AND day BETWEEN $2 AND $3",
    [one.id, ago(40), ago(36)],
  );
  const { form, statements } = await open(one, null);
  expect(form.range).toEqual({ startDate: ago(40), endDate: ago(36) });
  expect(form.estimate).toMatchObject({ days: 5, estimatedRows: 50 });
  expect(statements).toBe(2);
  // What it was opened for comes first; the gap is offered all the same.
  const opened = (await open(one, { startDate: ago(3), endDate: ago(2) })).form;
  expect(opened.range).toEqual({ startDate: ago(3), endDate: ago(2) });
  expect(opened.estimate).toMatchObject({
    days: 2,
    estimatedRows: 20,
    suggestedRange: { startDate: ago(40), endDate: ago(36) },
  });
});

test("of a source that is not this shop's there is none", async () => {
  const [one, other] = [await subject("klaviyo"), await subject("klaviyo")];
  await expect(open({ shop: one.shop, id: other.id }, null)).rejects.toMatchObject({ code: "not_found" });
});

/** Without the Config API only a second source can do it; the process has none here. */
test.each<[string, Source, boolean | null | undefined, number, boolean]>([
  ["a pipeline sends the days asked", "google_ads", undefined, 11, false],
  ["a second source reads a day more on either side", "google_ads", true, 13, false],
  ["cursors set back read to today", "klaviyo", false, 31, true],
])("%s", async (_, source, hasBackfillSource, days, isWarned) => {
  const { form } = await open(await subject(source, hasBackfillSource), {
    startDate: ago(30),
    endDate: ago(20),
  });
  expect(form.estimate.estimatedRows).toBe(10 * days);
  expect(form.estimate.warnings.map(({ code }) => code).includes("reads_to_today")).toBe(isWarned);
});
