import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import express from "express";
import { makeProviderKeys, type ProviderKeys } from "#demo/staff-provider/keys.ts";
import {
  createStaffProvider,
  type StaffProvider,
  staffClientId,
} from "#demo/staff-provider/staff-provider.ts";

export interface RunningStaffProvider extends StaffProvider {
  keys: ProviderKeys;
  /** The variables by which the app knows it. */
  environment: Record<string, string>;
  /** What it was asked for, by path. */
  asked: string[];
  stop(): Promise<void>;
}

/** The demo's provider on a port of its own. */
export async function startStaffProvider(
  appUrl = "http://localhost:3000",
  port = 0,
  knownKeys?: ProviderKeys,
): Promise<RunningStaffProvider> {
  const outside = express();
  const server = createServer(outside);
  await new Promise<void>((done) => server.listen(port, "127.0.0.1", done));
  const origin = `http://localhost:${(server.address() as AddressInfo).port}`;
  const keys = knownKeys ?? (await makeProviderKeys());
  const provider = createStaffProvider({ origin, appUrl, keys });
  const asked: string[] = [];
  outside.use((request, _response, next) => {
    asked.push(request.path);
    next();
  });
  outside.use(provider.router);
  return {
    ...provider,
    keys,
    asked,
    environment: {
      STAFF_OIDC_ISSUER: provider.issuer,
      STAFF_OIDC_CLIENT_ID: staffClientId,
      STAFF_OIDC_CLIENT_SECRET: keys.clientSecret,
    },
    stop: () => {
      server.closeAllConnections();
      return new Promise((done) => server.close(() => done()));
    },
  };
}
