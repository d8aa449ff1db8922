import { z } from "zod";
import { Source } from "#app/modules/connectors/sources.ts";
import type { DemoContext } from "../demo-context.ts";
import { type DemoShop, demoShops } from "../seed/demo-shops.ts";
import { placeLastSuccess } from "../seed/place-last-success.ts";
import { addedRows, changeWarehouse } from "./change-warehouse.ts";

const day = z.iso.date();
const base = { shop: z.string(), source: Source };

/** What `POST /dev/scenario` takes. `shop` is a domain or a state such as `healthy`. */
export const Scenario = z.discriminatedUnion("kind", [
  z.object({
    ...base,
    kind: z.literal("stale"),
    minutes: z.number().int().min(0).max(200_000),
    /** Goes on from where it stands, as time does: later, without having recovered in between. */
    asIs: z.boolean().default(false),
  }),
  z.object({ ...base, kind: z.literal("fail") }),
  z.object({ ...base, kind: z.literal("recover") }),
  z.object({
    ...base,
    kind: z.literal("lose_rows"),
    day: day.optional(),
    days: z.array(day).optional(),
    share: z.number().gt(0).max(1).default(0.5),
  }),
  z.object({ ...base, kind: z.enum(addedRows), day: day.optional(), days: z.array(day).optional() }),
  z.object({ ...base, kind: z.literal("empty") }),
]);
export type Scenario = z.infer<typeof Scenario>;

interface Target {
  shopId: string;
  domain: string;
  source: string;
  connectorId: string;
  airbyteConnectionId: string | null;
}

const SOFT_FAILURES = 3;

/** Makes a scenario true. It starts from recovered and holds the connector's schedule until `recover`. */
export async function playScenario(context: DemoContext, scenario: Scenario): Promise<object> {
  const target = await findTarget(context, scenario.shop, scenario.source);
  const pushTarget = { shop: target.domain, source: scenario.source };
  const hold = () =>
    target.airbyteConnectionId
      ? context.airbyte.hold(target.airbyteConnectionId)
      : context.push.hold(pushTarget);
  const recover = async () => {
    await changeWarehouse(context.owner, target.domain, { kind: "restore", source: scenario.source });
    if (!target.airbyteConnectionId) {
      await context.push.sync(pushTarget);
      return;
    }
    const job = await context.airbyte.succeedNow(target.airbyteConnectionId);
    await pollNow(
      context,
      target,
      "last_succeeded_at >= $3::timestamptz - interval '1 second' AND failures_in_a_row = 0",
      job.updatedAt,
    );
  };
  hold();
  if (scenario.kind !== "stale" || !scenario.asIs) await recover();
  switch (scenario.kind) {
    case "stale": {
      const endedAt = new Date(Date.now() - scenario.minutes * 60_000 - 1_000);
      await placeLastSuccess(context.owner, context.airbyte, target, endedAt);
      return { lastSucceededAt: endedAt.toISOString() };
    }
    case "fail":
      if (target.airbyteConnectionId) {
        for (let run = 0; run < SOFT_FAILURES; run += 1)
          await context.airbyte.failNow(target.airbyteConnectionId);
        await pollNow(context, target, "failures_in_a_row >= 3");
      } else {
        await context.push.report(pushTarget, {
          status: "failed",
          failureReason: "credentials",
          errorMessage: "The API key was revoked.",
        });
      }
      return { failed: true };
    case "recover":
      if (target.airbyteConnectionId) context.airbyte.release(target.airbyteConnectionId);
      else context.push.release(pushTarget);
      return { recovered: true };
    case "lose_rows":
    case "duplicate":
    case "negative":
    case "foreign":
    case "mismatch":
    case "empty":
      return changeWarehouse(context.owner, target.domain, scenario);
  }
}

/** The demo has no such thing; the message names what it has. */
export class UnknownTarget extends Error {}

function findDemoShop(shop: string): DemoShop {
  const known = demoShops.find((one) => one.domain === shop || one.state === shop);
  if (!known)
    throw new UnknownTarget(
      `There is no demo shop "${shop}". There are: ${demoShops.map((one) => `${one.state} (${one.domain})`).join(", ")}.`,
    );
  return known;
}

/** @throws UnknownTarget */
export async function findShopId({ owner }: DemoContext, shop: string): Promise<string> {
  const { domain } = findDemoShop(shop);
  const { rows } = await owner.query<{ id: string }>("SELECT id FROM shops WHERE domain = $1", [domain]);
  return rows[0]!.id;
}

async function findTarget({ owner }: DemoContext, shop: string, source: string): Promise<Target> {
  const known = findDemoShop(shop);
  const { rows } = await owner.query<{ shop_id: string; id: string; external_id: string | null }>(
    `SELECT c.shop_id, c.id, n.external_id FROM connectors c JOIN shops s ON s.id = c.shop_id
     LEFT JOIN connections n ON n.shop_id = c.shop_id AND n.id = c.connection_id WHERE s.domain = $1 AND c.source = $2`,
    [known.domain, source],
  );
  if (!rows[0]) throw new UnknownTarget(`The demo shop "${known.state}" has no connector for ${source}.`);
  return {
    shopId: rows[0].shop_id,
    domain: known.domain,
    source,
    connectorId: rows[0].id,
    airbyteConnectionId: rows[0].external_id,
  };
}

/** Asks the worker to poll this shop now, through its queue, and waits until the news is judged. */
async function pollNow(
  { owner }: DemoContext,
  { shopId, connectorId }: Target,
  until: string,
  at?: Date,
): Promise<void> {
  const deadline = Date.now() + 30_000;
  let nextPoll = 0;
  while (Date.now() < deadline) {
    if (Date.now() >= nextPoll) {
      await owner.query(
        "SELECT graphile_worker.add_job('airbyte.poll_shop', json_build_object('shopId', $1::text), job_key := 'airbyte.poll_shop:' || $1)",
        [shopId],
      );
      nextPoll = Date.now() + 5_000;
    }
    const parameters = at ? [shopId, connectorId, at] : [shopId, connectorId];
    const { rowCount } = await owner.query(
      `SELECT 1 FROM connectors WHERE shop_id = $1 AND id = $2 AND ${until}`,
      parameters,
    );
    if (rowCount) return;
    await new Promise((done) => setTimeout(done, 150));
  }
  throw new Error(
    "The worker did not take over the sync within 30 seconds; see worker.log in the data folder.",
  );
}
