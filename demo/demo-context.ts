import { randomBytes } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import type pg from "pg";
import type { AirbyteStandIn } from "./airbyte/stand-in.ts";
import type { PushPipeline } from "./push-pipeline.ts";

/** Secrets of this demo, made once and kept with its data. */
export interface DemoSecrets {
  webPassword: string;
  queuePassword: string;
  encryptionKey: string;
  apiKey: string;
  apiSecret: string;
  airbyteClientId: string;
  airbyteClientSecret: string;
}

/** What seeds and controls work on: the parts of the running demo. */
export interface DemoContext {
  /** The database's owner, who looks past row-level security. */
  owner: pg.Pool;
  airbyte: AirbyteStandIn;
  push: PushPipeline;
}

/** The demo's ports, place and secrets, from `PORT`, `SYNC_HEALTH_DATA_DIR` and what an earlier start left there. */
export function readSettings() {
  const port = Number(process.env.PORT || 3000);
  if (!Number.isInteger(port) || port < 1 || port > 65_533)
    throw new Error(`PORT is "${process.env.PORT}": give a number from 1 to 65533, such as 3000.`);
  const dataDir = resolve(process.env.SYNC_HEALTH_DATA_DIR || ".data");
  return {
    port,
    adminPort: port + 1,
    metricsPort: port + 2,
    dataDir,
    mappingFile: join(dataDir, "warehouse-mapping.json"),
    appUrl: `http://localhost:${port}`,
    adminUrl: `http://localhost:${port + 1}`,
  };
}

export function readSecrets(dataDir: string): DemoSecrets {
  const file = join(dataDir, "secrets.json");
  if (existsSync(file)) return JSON.parse(readFileSync(file, "utf8")) as DemoSecrets;
  const hex = () => randomBytes(16).toString("hex");
  const secrets: DemoSecrets = {
    webPassword: hex(),
    queuePassword: hex(),
    encryptionKey: randomBytes(32).toString("base64"),
    apiKey: hex(),
    apiSecret: hex(),
    airbyteClientId: hex(),
    airbyteClientSecret: hex(),
  };
  mkdirSync(dataDir, { recursive: true });
  writeFileSync(file, JSON.stringify(secrets, null, 2), { mode: 0o600 });
  return secrets;
}
