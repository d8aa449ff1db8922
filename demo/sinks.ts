import express, { type Router } from "express";
import { demoShops } from "./seed/demo-shops.ts";

interface Received {
  receivedAt: string;
  body: unknown;
}

interface Sinks {
  router: Router;
  received: { slack: Received[]; pagerduty: Received[]; flow: Received[] };
}

/** Stand-ins for Slack, PagerDuty and Shopify's Admin API: take every message, in order, and show it. */
export function createSinks(): Sinks {
  const received: Sinks["received"] = { slack: [], pagerduty: [], flow: [] };
  const router = express.Router();
  router.use(["/slack", "/pagerduty", "/shopify-api"], express.json({ limit: "1mb" }));
  router.post("/slack/*", (request, response) => {
    received.slack.push({ receivedAt: new Date().toISOString(), body: request.body });
    response.type("text/plain").send("ok");
  });
  router.post("/pagerduty/v2/enqueue", (request, response) => {
    received.pagerduty.push({ receivedAt: new Date().toISOString(), body: request.body });
    response
      .status(202)
      .json({ status: "success", message: "Event processed", dedup_key: request.body?.dedup_key });
  });
  // Where redirect-shopify-api.ts sends what is meant for a shop.
  router.post("/shopify-api/:domain/admin/api/:version/graphql.json", (request, response) => {
    const shop = demoShops.find(({ domain }) => domain === request.params.domain);
    const query = String(request.body?.query ?? "");
    if (shop && query.includes("flowTriggerReceive")) {
      received.flow.push({
        receivedAt: new Date().toISOString(),
        body: { shop: shop.domain, ...request.body.variables },
      });
      response.json({ data: { flowTriggerReceive: { userErrors: [] } } });
    } else if (shop && query.includes("ianaTimezone")) {
      const { timeZone: ianaTimezone, currency: currencyCode } = shop;
      response.json({ data: { shop: { ianaTimezone, currencyCode, shopAddress: { countryCodeV2: null } } } });
    } else response.status(404).json({ errors: "Not Found" });
  });
  return { router, received };
}
