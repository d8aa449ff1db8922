import { expect, it } from "vitest";
import { createDb, db } from "#app/platform/db.server.ts";
import { createTestDatabase } from "#e2e/support/database.ts";
it("x", async () => {
  const d = await createTestDatabase();
  const out: string[] = [];
  const show = (w: string, e: any) => out.push(`${w}: ${e?.name} code=${e?.code} meta=${JSON.stringify(e?.meta)?.slice(0,300)} msg=${String(e?.message).slice(0, 200).replaceAll("\n"," ")}`);
  const away = createDb("postgresql://x:y@127.0.0.1:1/x");
  await away.$queryRaw`SELECT 1`.catch((e) => show("refused raw", e));
  await away.$transaction(async (tx) => tx.$queryRaw`SELECT 1`).catch((e) => show("refused tx", e));
  await away.shop.findMany().catch((e) => show("refused model", e));
  await db().$transaction(async (tx) => {
    await tx.$queryRaw`SELECT 1`;
    await d.owner.query("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid <> pg_backend_pid() AND datname = current_database()");
    await tx.$queryRaw`SELECT 1`;
  }).catch((e) => show("killed tx", e));
  await db().$queryRaw`SELECT 1`.catch((e) => show("after kill", e));
  await db().$queryRaw`SELECT 1/0`.catch((e) => show("bad", e));
  await db().$queryRaw`SELECT pg_sleep(5)`.catch((e) => show("bad", e));
  const two = createDb(d.appUrl);
  await Promise.all([
    db().$transaction(async (tx) => { await tx.$executeRaw`SELECT pg_advisory_xact_lock(1)::text`; await new Promise(r=>setTimeout(r,300)); await tx.$executeRaw`SELECT pg_advisory_xact_lock(2)::text`; }).catch((e)=>show("deadlock a", e)),
    two.$transaction(async (tx) => { await tx.$executeRaw`SELECT pg_advisory_xact_lock(2)::text`; await new Promise(r=>setTimeout(r,300)); await tx.$executeRaw`SELECT pg_advisory_xact_lock(1)::text`; }).catch((e)=>show("deadlock b", e)),
  ]);
  await two.$disconnect();
  await d.drop();
  expect(out.join("\n")).toBe("");
});
