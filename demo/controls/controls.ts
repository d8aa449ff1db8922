import express, { type NextFunction, type Request, type Response, type Router } from "express";
import { z } from "zod";
import type { DemoContext, DemoSecrets } from "../demo-context.ts";
import { demoShops } from "../seed/demo-shops.ts";
import { mintSessionToken } from "../shopify-admin/session-token.ts";
import { findShopId, playScenario, Scenario, UnknownTarget } from "./scenarios.ts";

/** `shop`, a domain or a state such as `healthy`: only that one. */
const RunChecks = z.object({ shop: z.string().optional() });

export interface ControlsOptions {
  context: DemoContext;
  secrets: DemoSecrets;
  received: object;
  /** One full pass of the runner, now; with a shop's id over that shop alone. */
  runChecks: (shopId?: string) => Promise<object>;
  /** An access token for the staff API. */
  staffToken: (role: "support" | "admin") => Promise<string>;
}

/** `/dev/*`: what checks from outside use to set the stage. Not part of the app. */
export function createControls({
  context,
  secrets,
  received,
  runChecks,
  staffToken,
}: ControlsOptions): Router {
  const router = express.Router();
  router.use("/dev", express.json({ limit: "100kb" }));
  let inTurn: Promise<unknown> = Promise.resolve();
  /** One control at a time: scenarios and passes must not overlap. */
  const answer = (response: Response, work: () => Promise<object>) => {
    inTurn = inTurn
      .then(work)
      .then((done) => response.json({ ok: true, ...done }))
      .catch((error: Error) => {
        const status = error instanceof UnknownTarget ? 404 : error instanceof z.ZodError ? 400 : 500;
        response
          .status(status)
          .json({ ok: false, error: error instanceof z.ZodError ? z.prettifyError(error) : error.message });
      });
  };

  router.get("/dev/shops", (_request, response) => {
    response.json(demoShops.map(({ domain, state }) => ({ shop: domain, state })));
  });
  router.get("/dev/session-token", (request, response, next) => {
    const wanted = String(request.query.shop ?? "");
    const shop = demoShops.find((one) => one.domain === wanted || one.state === wanted)?.domain ?? wanted;
    if (!/^[a-z0-9][a-z0-9-]*\.myshopify\.com$/.test(shop)) {
      response
        .status(400)
        .type("text/plain")
        .send(`Say which shop: /dev/session-token?shop=${demoShops[0]!.domain}`);
      return;
    }
    mintSessionToken({ shop, apiKey: secrets.apiKey, apiSecret: secrets.apiSecret })
      .then((token) => response.type("text/plain").send(token))
      .catch(next);
  });
  router.get("/dev/staff-token", (request, response, next) => {
    const { role = "support" } = request.query;
    if (role !== "support" && role !== "admin") {
      response.status(400).type("text/plain").send("Say which role: /dev/staff-token?role=support or admin");
      return;
    }
    staffToken(role)
      .then((token) => response.type("text/plain").send(token))
      .catch(next);
  });
  router.get("/dev/sink", (_request, response) => {
    response.json(received);
  });
  router.post("/dev/scenario", (request, response) =>
    answer(response, async () => playScenario(context, Scenario.parse(request.body))),
  );
  router.post("/dev/run-checks", (request, response) =>
    answer(response, async () => {
      const { shop } = RunChecks.parse(request.body);
      return runChecks(shop && (await findShopId(context, shop)));
    }),
  );
  router.use(
    "/dev",
    (error: Error & { status?: number }, _request: Request, response: Response, _next: NextFunction) => {
      response.status(error.status ?? 500).json({ ok: false, error: error.message });
    },
  );
  return router;
}
