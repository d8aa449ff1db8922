import express, { type Router } from "express";

interface Received {
  receivedAt: string;
  body: unknown;
}

/** Stand-ins for Slack and PagerDuty: take every message, in order, and show it. */
export function createSinks(): { router: Router; received: { slack: Received[]; pagerduty: Received[] } } {
  const received: { slack: Received[]; pagerduty: Received[] } = { slack: [], pagerduty: [] };
  const router = express.Router();
  router.use(["/slack", "/pagerduty"], express.json({ limit: "1mb" }));
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
  return { router, received };
}
