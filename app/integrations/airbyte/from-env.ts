import type { Env } from "../../platform/env.server.ts";
import { type AirbyteClient, createAirbyteClient } from "./client.ts";

const clients = new Map<string, AirbyteClient>();

/** The process' one client for the configured Airbyte, so that throttle and token are shared; null when none is configured. */
export function airbyteFromEnv(
  env: Pick<Env, "AIRBYTE_API_URL" | "AIRBYTE_CLIENT_ID" | "AIRBYTE_CLIENT_SECRET">,
): AirbyteClient | null {
  const { AIRBYTE_API_URL: apiUrl, AIRBYTE_CLIENT_ID: clientId, AIRBYTE_CLIENT_SECRET: clientSecret } = env;
  if (!apiUrl || !clientId || !clientSecret) return null;
  const key = JSON.stringify([apiUrl, clientId, clientSecret]);
  const client = clients.get(key) ?? createAirbyteClient({ apiUrl, clientId, clientSecret });
  clients.set(key, client);
  return client;
}
