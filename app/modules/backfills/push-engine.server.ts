import { Webhook } from "standardwebhooks";
import { env } from "#app/platform/env.server.ts";
import { postJson } from "#app/platform/http/post-json.ts";
import { createPublicFetch, isPublicAddress } from "#app/platform/http/public-address.server.ts";
import { judgeAnswer } from "#app/platform/http/send-outcome.ts";
import { withShop } from "#app/platform/tenant.server.ts";
import { findLiveSigningSecrets } from "../ingest-keys/ingest-keys.store.server.ts";
import type { BackfillEngine, EngineBackfill, EngineStep } from "./engine.ts";
import type { PipelineProgress } from "./pipeline-progress.ts";

const LOOK_AGAIN_SECONDS = 15;
/** A pipeline that says nothing for so long will not do it. */
const SILENT_AFTER_HOURS = 6;
const loopbackHosts = new Set(["localhost", "127.0.0.1", "[::1]"]);
const publicFetch = createPublicFetch();

/** What this engine remembers: when the pipeline was asked, and what it last said, as its reports are stored. */
interface PushState {
  askedAt?: string;
  progress?: PipelineProgress;
}

class PipelineBusy extends Error {
  readonly retry: "backoff" | { afterSeconds: number };
  constructor(retry: "backoff" | { afterSeconds: number }) {
    super("The pipeline did not take the request.");
    this.retry = retry;
  }
}

/**
 * Asks a shop's own pipeline, by a signed webhook, to send days again, and waits for its reports. The same request may
 * reach it twice: it carries the backfill's id, by which it is known.
 */
export const createPushEngine = (): BackfillEngine => ({
  strategy: "push",
  advance: async ({ backfill, state: given, isCancelling, now }): Promise<EngineStep> => {
    const state = given as PushState;
    const { progress } = state;
    if (progress?.status === "completed")
      return { kind: "loaded", state: given, rowsLoaded: progress.rowsLoaded };
    if (progress?.status === "failed")
      return isCancelling
        ? { kind: "stopped", state: given }
        : { kind: "failed", state: given, reason: "pipeline_failed" };
    if (isCancelling) {
      // It has nothing of ours to undo: it is told, and not waited for. The asking may have reached it unrecorded.
      await tell(backfill, "backfill.cancelled", now).catch(() => undefined);
      return { kind: "stopped", state: given };
    }
    if (!state.askedAt) {
      const told = await tell(backfill, "backfill.requested", now);
      if (told === "no_address")
        return { kind: "needs_operator", state: given, reason: "no_way_to_backfill" };
      if (told === "refused") return { kind: "failed", state: given, reason: "pipeline_failed" };
      return working({ ...state, askedAt: now.toISOString() });
    }
    const heardAt = new Date(progress?.at ?? state.askedAt);
    if (now.getTime() - heardAt.getTime() > SILENT_AFTER_HOURS * 3_600_000)
      return { kind: "failed", state: given, reason: "pipeline_silent" };
    return working(state);
  },
});

const working = (state: PushState): EngineStep => ({
  kind: "working",
  state: { ...state },
  percent: state.progress?.percent ?? null,
  rowsLoaded: state.progress?.rowsLoaded ?? null,
  lookAgainSeconds: LOOK_AGAIN_SECONDS,
});

/** @throws PipelineBusy for what may pass by itself */
async function tell(
  backfill: EngineBackfill,
  type: "backfill.requested" | "backfill.cancelled",
  now: Date,
): Promise<"taken" | "refused" | "no_address"> {
  const { url, secret } = await withShop(backfill.shopId, async (tx) => {
    const [row] = await tx.$queryRaw<{ url: string | null }[]>`
      SELECT c.backfill_url AS url FROM backfill_jobs b JOIN connectors c ON c.shop_id = b.shop_id AND c.id = b.connector_id WHERE b.id = ${backfill.id}::uuid`;
    const [key] = await findLiveSigningSecrets(tx, backfill.shopId, now);
    return { url: row?.url ?? null, secret: key?.secret ?? null };
  });
  if (!url || !secret) return "no_address";
  // Only an app that itself is on this machine may speak to this machine.
  const isLocal = loopbackHosts.has(new URL(env().SHOPIFY_APP_URL).hostname);
  if (!isLocal && !(await isPublicAddress(url))) return "no_address";
  const body = JSON.stringify({
    type,
    timestamp: now.toISOString(),
    data: {
      backfillId: backfill.id,
      shop: backfill.domain,
      source: backfill.source,
      startDate: backfill.startDay,
      endDate: backfill.endDay,
      timeZone: backfill.timeZone,
    },
  });
  const id = `${type}:${backfill.id}`;
  const outcome = judgeAnswer(
    await postJson(url, body, {
      ...(isLocal ? {} : { fetch: publicFetch }),
      headers: {
        "webhook-id": id,
        "webhook-timestamp": String(Math.floor(now.getTime() / 1000)),
        "webhook-signature": new Webhook(secret).sign(id, now, body),
      },
    }),
  );
  if (outcome.sent) return "taken";
  if (outcome.retry === "never") return "refused";
  throw new PipelineBusy(outcome.retry);
}
