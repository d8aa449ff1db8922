import { ShopifyCallError } from "#app/integrations/shopify/errors.ts";
import { shopifyAdminFromEnv } from "#app/integrations/shopify/from-env.ts";
import {
  type FlowEvent,
  type FlowOutcome,
  fireFlowTrigger,
  judgeFlowFailure,
} from "#app/integrations/shopify-flow/flow-trigger.ts";
import { env } from "#app/platform/env.server.ts";
import { callAsShop, type NoTokenReason } from "./offline-access.server.ts";
import type { Shop } from "./shop.ts";

export type FlowDelivery = FlowOutcome | { outcome: "skipped"; reason: NoTokenReason };

/**
 * Starts the shop's workflows that begin with the trigger, in the shop's name. Makes HTTP requests: never inside of a
 * transaction. Every outcome is a value; only a broken database throws. Without a usable token the event is skipped:
 * one comes when the merchant opens the app, which shows the same.
 */
export async function sendFlowTrigger(
  shop: Pick<Shop, "id" | "domain">,
  event: FlowEvent,
  now: Date,
): Promise<FlowDelivery> {
  const admin = shopifyAdminFromEnv(env());
  try {
    const call = await callAsShop(shop, admin, now, (accessToken) =>
      fireFlowTrigger(admin, { domain: shop.domain, accessToken }, event),
    );
    if (call.answered) return call.answer;
    switch (call.reason) {
      case "token_dead":
      case "gone":
      case "rejected":
        return judgeFlowFailure({
          kind: call.reason,
          message: refusals[call.reason],
          retryAfterSeconds: null,
        });
      default:
        return { outcome: "skipped", reason: call.reason };
    }
  } catch (error) {
    if (error instanceof ShopifyCallError) return judgeFlowFailure(error);
    throw error;
  }
}

const refusals = {
  token_dead: "Shopify does not accept the shop's token any more.",
  gone: "The shop is closed, frozen or locked.",
  rejected: "Shopify refused the request.",
} as const;
