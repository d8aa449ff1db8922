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
  data_request: orNothing(z.object({ id: orNothing(id) })),
});

/**
 * What of a payload its job needs: the scopes that are granted now, the number of a request for data. Whom a compliance
 * topic is about is never kept: not a name, not the id of a customer or an order. What cannot be read is left out.
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
        dataRequestId: data?.data_request?.id,
      };
    }
    default:
      return {};
  }
}
