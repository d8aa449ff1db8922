import { sha256 } from "#app/platform/crypto.server.ts";
import { AppError } from "#app/platform/errors.ts";
import { SharedRateLimit } from "#app/platform/http/shared-rate-limit.server.ts";
import { log } from "#app/platform/log.server.ts";
import { enqueue } from "#app/platform/queue.server.ts";
import { withShop } from "#app/platform/tenant.server.ts";
import { listAirbyteConnections } from "../connectors/connections.store.server.ts";
import { findAirbyteWebhook, saveHint } from "./airbyte-hints.store.server.ts";
import { AirbyteEvent, readHint } from "./airbyte-webhook.ts";
import { keptErrorMessage } from "./failure-words.ts";
import { followJob } from "./follow-airbyte-job.server.ts";
import { pollJob } from "./poll-all.server.ts";

const perWorkspace = new SharedRateLimit("airbyte", 600);

/**
 * A notification of Airbyte, by the unguessable address of a workspace. It is not signed, so it is a hint: what it says
 * of a job is kept, and the API is asked. A connection we do not know yet, or one that was switched off, is a reason to
 * poll. Its own test button names nothing of ours: that is no error.
 * @returns what was made of it, for the log
 * @throws AppError not_found for an address that is none of ours, rate_limited
 */
export async function receiveAirbyteWebhook(
  { token, event, body }: { token: string; event: string; body: unknown },
  now: Date,
): Promise<"follows_job" | "polls" | "known" | "nothing"> {
  const kind = AirbyteEvent.safeParse(event);
  const workspace = kind.success ? await findAirbyteWebhook(sha256(token)) : null;
  if (!kind.success || !workspace) throw new AppError("not_found", "There is nothing at this address.");
  const { shopId } = workspace;
  await perWorkspace.spend(shopId);
  const hint = readHint(body);
  if (hint.about === "nothing") {
    log.info({ shopId, event: kind.data }, "a notification of Airbyte named nothing");
    return "nothing";
  }
  return withShop(shopId, async (tx) => {
    const known = (await listAirbyteConnections(tx, shopId)).some(
      (each) => each.externalId === hint.connectionId && each.status !== "deprecated",
    );
    if (hint.about === "connection" || !known) {
      await enqueue(tx, [pollJob(shopId)]);
      return "polls";
    }
    const errorMessage = hint.errorMessage === null ? null : keptErrorMessage(hint.errorMessage);
    const isNew = await saveHint(tx, shopId, { ...hint, event: kind.data, errorMessage }, now);
    if (!isNew) return "known";
    await enqueue(tx, [followJob(shopId, hint.jobId, 0, now)]);
    return "follows_job";
  });
}
