import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, expect, test } from "vitest";
import { withShop } from "#app/platform/tenant.server.ts";
import { createTestDatabase, type TestDatabase } from "#e2e/support/database.ts";
import { makeConnector, makeShop } from "#e2e/support/tenants.ts";
import { judgeConnectors } from "../checks/judge-connectors.server.ts";
import type { Shop } from "../shops/shop.ts";
import { acknowledgeIncident } from "./act-on-incident.server.ts";
import { loadIncidentPage } from "./load-incident.server.ts";

let database: TestDatabase;
let shop: Shop;
let connectorId: string;
const now = new Date("2026-11-20T10:00:00Z");
const later = (minutes: number) => new Date(now.getTime() + minutes * 60_000);

beforeAll(async () => {
  database = await createTestDatabase();
  shop = await makeShop(database.owner, { timeZone: "Europe/Berlin" });
  connectorId = (
    await makeConnector(database.owner, shop.id, "shopify_orders", {
      lastSucceededAt: later(-121),
      createdAt: later(-100_000),
    })
  ).id;
});
afterAll(() => database?.drop());

const judge = (at: Date) =>
  withShop(shop.id, (tx) => judgeConnectors(tx, { shopIds: [shop.id], now: at, isFullPass: true }));
const incidentId = async () =>
  (await database.owner.query("SELECT id FROM dq_incidents WHERE shop_id = $1", [shop.id])).rows[0]
    .id as string;
const load = (id: string, at: Date) => withShop(shop.id, (tx) => loadIncidentPage(tx, shop, id, at));

test("an incident's page tells its story from the opening to the end, newest first, with who did what", async () => {
  await judge(now);
  await judge(later(120));
  const id = await incidentId();
  await withShop(shop.id, (tx) =>
    acknowledgeIncident(tx, id, { actor: { role: "merchant", name: "42" }, now: later(125), requestId: "" }),
  );
  await withShop(shop.id, (tx) =>
    acknowledgeIncident(tx, id, { actor: { role: "merchant", name: "42" }, now: later(126), requestId: "" }),
  );
  const open = await load(id, later(130));
  expect(open.incident).toMatchObject({ status: "acknowledged", severity: "high", source: "shopify_orders" });
  expect(open.connector).toMatchObject({ id: connectorId, status: "delayed" });
  expect(open.timeline.map(({ kind, severity, by }) => [kind, severity, by])).toEqual([
    ["acknowledged", null, "merchant"],
    ["escalated", "high", "system"],
    ["opened", "warning", "system"],
  ]);
  expect(open).toMatchObject({ stale: false, pollSeconds: 60, shop: { timeZone: "Europe/Berlin" } });

  await database.owner.query("UPDATE connectors SET last_succeeded_at = $2 WHERE id = $1", [
    connectorId,
    later(140),
  ]);
  await judge(later(141));
  const over = await load(id, later(142));
  expect(over.incident).toMatchObject({ status: "resolved", resolvedAt: later(141).toISOString() });
  expect(over.timeline[0]).toMatchObject({
    kind: "auto_resolved",
    by: "system",
    at: later(141).toISOString(),
  });
});

test("what staff did is told as support's, without a name", async () => {
  const id = await incidentId();
  await database.owner.query(
    `INSERT INTO incident_events (shop_id, incident_id, at, kind, actor_role, actor)
     VALUES ($1, $2, now(), 'acknowledged', 'support', 'ann@example.com')`,
    [shop.id, id],
  );
  const page = await load(id, later(200));
  expect(page.timeline[0]).toMatchObject({ kind: "acknowledged", by: "support" });
  expect(JSON.stringify(page)).not.toContain("ann@example.com");
});

test("an incident that is not there, or another shop's, is not found", async () => {
  const other = await makeShop(database.owner);
  const id = await incidentId();
  await expect(load(randomUUID(), now)).rejects.toMatchObject({ code: "not_found" });
  await expect(withShop(other.id, (tx) => loadIncidentPage(tx, other, id, now))).rejects.toMatchObject({
    code: "not_found",
  });
});
