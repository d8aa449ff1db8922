import { existsSync } from "node:fs";
import { resolve } from "node:path";
import { mintSessionToken } from "#demo/shopify-admin/session-token.ts";
import { startWebServer, type WebServer } from "#e2e/support/web-server.ts";
import { apiKey, apiSecret } from "./bench-database.ts";

const bundle = resolve(import.meta.dirname, "../build/server/index.js");

/** `app/server.ts` on the built bundle, as in production. @throws Error when there is no build */
export async function startBuiltServer(environment: Record<string, string> = {}): Promise<WebServer> {
  if (!existsSync(bundle)) throw new Error("There is no build: run `npm run build` first.");
  // It says in its log where it listens.
  return startWebServer({ LOG_LEVEL: "info", ...environment });
}

export const tokenFor = (shop: string): Promise<string> => mintSessionToken({ shop, apiKey, apiSecret });
