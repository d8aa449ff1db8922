import type { Env } from "../../platform/env.server.ts";
import { createAirbyteClient } from "./client.ts";
import { createAirbyteConfigApi } from "./config-api.ts";
import type { AirbyteOptions } from "./request.ts";

type Credentials = Pick<Env, "AIRBYTE_CLIENT_ID" | "AIRBYTE_CLIENT_SECRET">;

/** The process' one client for the configured Airbyte, so that throttle and token are shared; null when none is configured. */
export const airbyteFromEnv = onePerAddress(
  (env: Credentials & Pick<Env, "AIRBYTE_API_URL">) => env.AIRBYTE_API_URL,
  createAirbyteClient,
);

/** The same for its Config API, which has an address of its own and the same credentials. */
export const airbyteConfigApiFromEnv = onePerAddress(
  (env: Credentials & Pick<Env, "AIRBYTE_CONFIG_API_URL">) => env.AIRBYTE_CONFIG_API_URL,
  createAirbyteConfigApi,
);

function onePerAddress<Client, Settings extends Credentials>(
  addressOf: (env: Settings) => string | undefined,
  create: (options: AirbyteOptions) => Client,
): (env: Settings) => Client | null {
  const clients = new Map<string, Client>();
  return (env) => {
    const { AIRBYTE_CLIENT_ID: clientId, AIRBYTE_CLIENT_SECRET: clientSecret } = env;
    const apiUrl = addressOf(env);
    if (!apiUrl || !clientId || !clientSecret) return null;
    const key = JSON.stringify([apiUrl, clientId, clientSecret]);
    const client = clients.get(key) ?? create({ apiUrl, clientId, clientSecret });
    clients.set(key, client);
    return client;
  };
}
