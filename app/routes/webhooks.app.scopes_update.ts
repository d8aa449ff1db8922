import { receiveShopifyWebhook } from "../modules/shops/receive-shopify-webhook.server.ts";
import { answerProblems } from "../platform/http/answer-problems.server.ts";
import { onlyMethod } from "../platform/http/methods.server.ts";
import { authenticateWebhook } from "../shopify.server.ts";

/** The merchant granted the app more, or less. */
export function action({ request }: { request: Request }): Promise<Response> {
  return answerProblems(request, "POST", async () => {
    await receiveShopifyWebhook(await authenticateWebhook(request));
    return new Response();
  });
}

export const loader = onlyMethod("POST");
