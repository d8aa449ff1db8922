import type { LoaderFunctionArgs } from "@remix-run/node";
import { ShopifyError } from "@shopify/shopify-api";
import { AppError } from "../platform/errors.ts";
import { answerProblems } from "../platform/http/answer-problems.server.ts";
import { authenticate } from "../shopify.server.ts";

const shopDomain = /^[a-z0-9][a-z0-9-]*\.myshopify\.com$/;

/**
 * The addresses of Shopify's library, which answers them itself (`session-token`, `exit-iframe`). It writes `shop` into
 * a header unlooked at, so what is no shop stops here.
 */
export function loader({ request }: LoaderFunctionArgs): Promise<Response> {
  return answerProblems(request, "GET", async () => {
    const shop = new URL(request.url).searchParams.get("shop");
    if (shop !== null && !shopDomain.test(shop))
      throw new AppError("malformed", "`shop` is not a shop's domain.");
    await authenticate.admin(request).catch((error: unknown) => {
      if (error instanceof ShopifyError)
        throw new AppError("malformed", "Shopify's library cannot follow this address.");
      throw error;
    });
    throw new AppError("not_found", "There is nothing at this address.");
  });
}
