import { readFileSync } from "node:fs";
import { afterAll, beforeAll, expect, test } from "vitest";
import { createIngestKey } from "#app/modules/ingest-keys/ingest-keys.store.server.ts";
import { withShop } from "#app/platform/tenant.server.ts";
import { createTestDatabase, type TestDatabase } from "#e2e/support/database.ts";
import { makeConnector, makeShop } from "#e2e/support/tenants.ts";
import { startWebServer, type WebServer } from "#e2e/support/web-server.ts";
import { endedRun, type PushSender, pushRequest } from "./support/push-report.ts";
import { isThorough, randomFrom } from "./support/thoroughness.ts";
import { sleep } from "./support/until.ts";

const SHOPS = 60;
/** As many pipelines send at once; a real one sends a report every few minutes. */
const SENDERS = 24;
const SECONDS = isThorough ? 600 : 30;
/** Growth beyond this, from when the process is warm, is a leak. */
const MEMORY_GROWTH_MB = 120;

let database: TestDatabase;
let web: WebServer;
const shops: PushSender[] = [];
beforeAll(async () => {
  database = await createTestDatabase();
  web = await startWebServer({ LOG_LEVEL: "info" });
});
afterAll(async () => {
  await web?.stop();
  await database?.drop();
});

const memoryMb = () =>
  Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${web.process.pid}/status`, "utf8"))![1]) / 1024;

test(
  "the ingest door under load, with valid, repeated and hostile reports mixed: nothing lost, nothing twice",
  async () => {
    for (let n = 0; n < SHOPS; n += 1) {
      const shop = await makeShop(database.owner);
      await makeConnector(database.owner, shop.id, "klaviyo");
      const { signingSecret } = await withShop(shop.id, (tx) => createIngestKey(tx, shop.id, new Date()));
      shops.push({ url: web.url, shop: shop.domain, secret: signingSecret });
    }
    const random = randomFrom(7);
    const deadline = Date.now() + SECONDS * 1000;
    const accepted = new Map<string, string>();
    const answers = new Map<string, number>();
    let readiness = 0;
    const memory: number[] = [];

    async function send(sender: number): Promise<void> {
      for (let n = 0; Date.now() < deadline; n += 1) {
        const shop = shops[Math.floor(random() * SHOPS)]!;
        const dice = random();
        const mine = [...accepted].at(-1 - Math.floor(random() * Math.min(50, accepted.size)));
        const [kind, [url, init]] =
          dice < 0.6 || !mine
            ? (["new", pushRequest(shop, [endedRun(`${sender}-${n}`, n)])] as const)
            : dice < 0.8
              ? ([
                  "again",
                  pushRequest(shops.find((one) => one.shop === mine[1])!, [endedRun(mine[0], n)]),
                ] as const)
              : (["hostile", hostile(shop, random)] as const);
        const status = await statusOf(url, init);
        answers.set(`${kind} ${status}`, (answers.get(`${kind} ${status}`) ?? 0) + 1);
        if (kind === "new" && status === 202) accepted.set(`${sender}-${n}`, shop.shop);
        if (status === 429) await sleep(50);
      }
    }
    async function watch(): Promise<void> {
      while (Date.now() < deadline) {
        const ready = await fetch(`${web.url}/readyz`, { signal: AbortSignal.timeout(5_000) });
        expect(ready.status).toBe(200);
        readiness += 1;
        memory.push(memoryMb());
        await sleep(500);
      }
    }
    await Promise.all([watch(), ...Array.from({ length: SENDERS }, (_, sender) => send(sender))]);

    const kinds = [...answers.keys()].sort();
    // Nothing hostile is taken, nothing good is refused but for its rate, and nothing fails.
    expect(
      kinds.filter((kind) => !/^(new|again) (202|429)$|^hostile (400|401|413|415|422|429)$/.test(kind)),
    ).toEqual([]);
    const { rows } = await database.owner.query<{ id: string; shop: string }>(
      "SELECT r.external_run_id AS id, s.domain AS shop FROM sync_runs r JOIN shops s ON s.id = r.shop_id",
    );
    expect(rows).toHaveLength(accepted.size);
    expect(new Map(rows.map(({ id, shop }) => [id, shop]))).toEqual(accepted);
    expect(readiness).toBeGreaterThan(SECONDS / 5);
    const warm = memory.slice(Math.floor(memory.length / 3), Math.floor(memory.length / 2));
    const last = memory.slice(-Math.max(3, Math.floor(memory.length / 6)));
    expect(Math.min(...last)).toBeLessThan(Math.max(...warm) + MEMORY_GROWTH_MB);
  },
  (SECONDS + 60) * 1000,
);

async function statusOf(url: string, init: RequestInit): Promise<number> {
  const answer = await fetch(url, { ...init, signal: AbortSignal.timeout(20_000) });
  await answer.arrayBuffer();
  return answer.status;
}

/** What no pipeline of a merchant would send. */
function hostile(shop: PushSender, random: () => number): ReturnType<typeof pushRequest> {
  const other = shops[Math.floor(random() * SHOPS)]!;
  const runs = [endedRun("hostile", 1)];
  const ways = [
    // Signed by another shop's key; a key that nobody has; no signature; one that is too old.
    () => (other.shop === shop.shop ? noSignature() : pushRequest({ ...shop, secret: other.secret }, runs)),
    () => noSignature(),
    () => pushRequest(shop, runs, { headers: { "webhook-timestamp": "1700000000" } }),
    () => pushRequest({ ...shop, shop: "nobody.myshopify.com" }, runs),
    // Signed well, but nothing that can be taken.
    () => pushRequest(shop, runs, { body: "{" }),
    () => pushRequest(shop, runs, { body: JSON.stringify({ type: "sync_runs.reported", data: "\0" }) }),
    () => pushRequest(shop, [{ ...runs[0], source: "nonsense" }]),
    () => pushRequest(shop, [{ ...runs[0], rowsSynced: -1 }]),
    () => pushRequest(shop, runs, { headers: { "content-type": "text/plain" } }),
    () => pushRequest(shop, runs, { body: "[".repeat(200_000) }),
    () => pushRequest(shop, runs, { body: "x".repeat(2_000_000) }),
  ];
  const noSignature = () => pushRequest(shop, runs, { headers: { "webhook-signature": "v1,bm8=" } });
  return ways[Math.floor(random() * ways.length)]!();
}
