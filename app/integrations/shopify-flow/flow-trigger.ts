import { z } from "zod";
import type { Retry } from "#app/platform/http/retry-after.ts";
import type { ShopAccess, ShopifyAdmin } from "../shopify/admin-api.ts";
import type { ShopifyCallErrorKind } from "../shopify/errors.ts";

/** Something that happened, for the workflows that begin with this trigger (`extensions/`): its fields by their keys. */
export interface FlowEvent {
  handle: string;
  properties: Readonly<Record<string, string | number | boolean>>;
}

/** `unknown_trigger`: no deployed version of the app has such a trigger. */
export type FlowRefusal = "unknown_trigger" | "invalid_properties" | "too_large";

export type FlowOutcome =
  /** Taken. Shopify says the same when the shop has no Flow, or no workflow that begins with the trigger. */
  | { outcome: "sent" }
  /** Nobody is there to be told: the shop is closed, frozen or locked. */
  | { outcome: "skipped"; reason: "gone" }
  /** `detail` is for staff: a plain sentence without secrets. */
  | {
      outcome: "failed";
      retry: Retry;
      reason: FlowRefusal | Exclude<ShopifyCallErrorKind, "gone">;
      detail: string;
    };

/** Of the properties as JSON; Shopify refuses more ("Properties size exceeds the limit of 50000 bytes."). */
export const MAX_PROPERTIES_BYTES = 50_000;
/** When Shopify throttles without saying for how long. */
const THROTTLED_SECONDS = 2;
const LONGEST_DETAIL = 300;

/** https://shopify.dev/docs/api/admin-graphql/latest/mutations/flowTriggerReceive: `body`, its third argument, is deprecated. */
const mutation = `mutation FireFlowTrigger($handle: String, $payload: JSON) {
  flowTriggerReceive(handle: $handle, payload: $payload) { userErrors { field message } }
}`;

const FlowAnswer = z.object({
  flowTriggerReceive: z.object({ userErrors: z.array(z.object({ message: z.string() })) }),
});

/**
 * Starts the shop's workflows that begin with the trigger. Flow cannot tell a repetition: an attempt whose answer was
 * lost may run them twice.
 * @throws ShopifyCallError; `judgeFlowFailure` says what it means
 */
export async function fireFlowTrigger(
  admin: Pick<ShopifyAdmin, "ask">,
  access: ShopAccess,
  { handle, properties }: FlowEvent,
): Promise<FlowOutcome> {
  const bytes = Buffer.byteLength(JSON.stringify(properties));
  if (bytes > MAX_PROPERTIES_BYTES)
    return refused("too_large", `The properties take ${bytes} bytes; Flow takes ${MAX_PROPERTIES_BYTES}.`);
  const { flowTriggerReceive } = await admin.ask(
    access,
    mutation,
    { handle, payload: properties },
    FlowAnswer,
  );
  const [error] = flowTriggerReceive.userErrors;
  if (!error) return { outcome: "sent" };
  const said = error.message.replaceAll(access.accessToken, "[hidden]").replaceAll(/\s+/g, " ").trim();
  return refused(reasonOf(said), `Flow refused the trigger: ${said}`.slice(0, LONGEST_DETAIL));
}

/** The same request would be refused again. */
const refused = (reason: FlowRefusal, detail: string): FlowOutcome => ({
  outcome: "failed",
  retry: "never",
  reason,
  detail,
});

/** Flow's user errors carry no code: these are its words. */
function reasonOf(message: string): FlowRefusal {
  if (/invalid handle/i.test(message)) return "unknown_trigger";
  return /size exceeds/i.test(message) ? "too_large" : "invalid_properties";
}

/** What becomes of an event that Shopify's API did not take. */
export function judgeFlowFailure(failure: {
  kind: ShopifyCallErrorKind;
  message: string;
  retryAfterSeconds: number | null;
}): FlowOutcome {
  const { kind, message: detail, retryAfterSeconds } = failure;
  const later = (otherwise: Retry): Retry =>
    retryAfterSeconds === null ? otherwise : { afterSeconds: retryAfterSeconds };
  switch (kind) {
    case "gone":
      return { outcome: "skipped", reason: "gone" };
    case "throttled":
      return { outcome: "failed", retry: later({ afterSeconds: THROTTLED_SECONDS }), reason: kind, detail };
    case "unreachable":
      return { outcome: "failed", retry: later("backoff"), reason: kind, detail };
    // The token is forgotten by whoever keeps it: the next attempt comes with a new one, or finds that there is none.
    case "token_dead":
      return { outcome: "failed", retry: "backoff", reason: kind, detail };
    case "rejected":
      return { outcome: "failed", retry: "never", reason: kind, detail };
  }
}
