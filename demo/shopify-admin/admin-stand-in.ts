import { readFileSync } from "node:fs";
import { join } from "node:path";
import express, { type Request, type RequestHandler, type Response, type Router } from "express";
import { type DemoShop, framePage, shopListPage } from "./admin-pages.ts";
import { mintSessionToken } from "./session-token.ts";

export interface AdminStandInOptions {
  /** Where the app is: `http://localhost:3000` */
  appUrl: string;
  apiKey: string;
  apiSecret: string;
  listShops: () => Promise<DemoShop[]>;
  /** Where this stand-in listens; its own origin, beside the app's. */
  port: number;
}

const shopDomain = /^[a-z0-9][a-z0-9-]*\.myshopify\.com$/;
const assets = {
  "app-bridge.js": "text/javascript",
  "admin-frame.js": "text/javascript",
  "admin.css": "text/css",
};

/** Express 4 does not hear a promise fail. */
const answering =
  (answer: (request: Request, response: Response) => Promise<void>): RequestHandler =>
  (request, response, next) => {
    answer(request, response).catch(next);
  };

/**
 * A stand-in for Shopify admin: frames the app, mints session tokens and serves the App Bridge that the app uses.
 * Whoever can reach it is signed in to every demo shop.
 */
export function createAdminStandIn({
  appUrl,
  apiKey,
  apiSecret,
  listShops,
  port,
}: AdminStandInOptions): Router {
  const router = express.Router();
  const appOrigin = new URL(appUrl).origin;
  const staffUrl = `${appOrigin}/staff`;
  const own = new URL(appUrl);
  own.port = String(port);

  for (const [name, type] of Object.entries(assets)) {
    router.get(`/${name}`, (_request, response) => {
      response
        .type(type)
        .set("Cache-Control", "no-cache")
        .send(readFileSync(join(import.meta.dirname, name), "utf8"));
    });
  }

  router.get(
    "/session-token",
    answering(async (request, response) => {
      response.set({ "Access-Control-Allow-Origin": appOrigin, Vary: "Origin", "Cache-Control": "no-store" });
      const shop = String(request.query.shop ?? "");
      if (!shopDomain.test(shop)) {
        response
          .status(400)
          .type("text/plain")
          .send("Say which shop: /session-token?shop=example.myshopify.com");
        return;
      }
      response.type("text/plain").send(await mintSessionToken({ shop, apiKey, apiSecret }));
    }),
  );

  // The app allows one origin to frame it: another name of the same machine is led there.
  const isElsewhere = (request: Request, response: Response): boolean => {
    if (request.headers.host === own.host) return false;
    response.redirect(new URL(request.originalUrl, own).href);
    return true;
  };

  router.get(
    "/",
    answering(async (request, response) => {
      if (!isElsewhere(request, response))
        response.type("html").send(shopListPage(await listShops(), staffUrl));
    }),
  );

  router.get(
    /^\/store\/([^/]+)(?:\/(.*))?$/,
    answering(async (request, response) => {
      if (isElsewhere(request, response)) return;
      const [name = "", inAdmin = ""] = Object.values(request.params);
      // Links from outside name the app, as in Shopify admin, where a shop has many; here it is the only one.
      const prefix = `apps/${apiKey}/`;
      const path = inAdmin.startsWith(prefix) ? inAdmin.slice(prefix.length) : inAdmin;
      const shop = `${name}.myshopify.com`;
      const shops = await listShops();
      if (!shops.some((known) => known.shop === shop)) {
        response
          .status(404)
          .type("html")
          .send(shopListPage(shops, staffUrl, `There is no demo shop "${name}".`));
        return;
      }
      const framed = new URL(appOrigin);
      framed.pathname = path || "app";
      for (const [key, value] of Object.entries(request.query)) framed.searchParams.set(key, String(value));
      framed.searchParams.set("shop", shop);
      framed.searchParams.set(
        "host",
        Buffer.from(`admin.shopify.com/store/${name}`).toString("base64").replaceAll("=", ""),
      );
      framed.searchParams.set("embedded", "1");
      framed.searchParams.set("id_token", await mintSessionToken({ shop, apiKey, apiSecret }));
      response.type("html").set("Cache-Control", "no-store").send(framePage({ shops, shop, name, framed }));
    }),
  );

  return router;
}
