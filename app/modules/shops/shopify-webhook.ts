import { z } from "zod";

/** A webhook of Shopify whose signature was verified. */
export interface ShopifyWebhook {
  webhookId: string;
  /** As Shopify's library writes it: `APP_UNINSTALLED`. */
  topic: string;
  domain: string;
  /** When it happened, which may be long before it arrives; null when Shopify does not say. */
  triggeredAt: Date | null;
  payload: unknown;
}

/** An id as text: the numbers may outgrow JavaScript's. */
const id = z.union([z.number().int(), z.string().regex(/^\d{1,30}$/)]).transform(String);
const orNothing = <Schema extends z.ZodType>(schema: Schema) => schema.optional().catch(undefined);

export const ScopesUpdate = z.object({ current: z.array(z.string()) });

const Compliance = z.object({
  shop_id: orNothing(id),
  customer: orNothing(z.object({ id: orNothing(id) })),
  orders_requested: orNothing(z.array(id)),
  orders_to_redact: orNothing(z.array(id)),
  data_request: orNothing(z.object({ id: orNothing(id) })),
});

/**
 * What of a payload its job needs: the scopes that are granted now, the ids of whom a compliance topic is about. Names,
 * addresses and phone numbers are in these payloads too, and are never kept. What cannot be read is left out.
 */
export function keepOfPayload({ topic, payload }: Pick<ShopifyWebhook, "topic" | "payload">): object {
  switch (topic) {
    case "APP_SCOPES_UPDATE":
      return ScopesUpdate.safeParse(payload).data ?? {};
    case "CUSTOMERS_DATA_REQUEST":
    case "CUSTOMERS_REDACT":
    case "SHOP_REDACT": {
      const { data } = Compliance.safeParse(payload);
      return {
        shopId: data?.shop_id,
        customerId: data?.customer?.id,
        orderIds: data?.orders_requested ?? data?.orders_to_redact,
        dataRequestId: data?.data_request?.id,
      };
    }
    default:
      return {};
  }
}
