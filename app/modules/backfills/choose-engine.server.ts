import { env } from "#app/platform/env.server.ts";
import { isSource } from "../connectors/sources.ts";
import { chooseAirbyteEngine } from "./airbyte-engine.server.ts";
import type { BackfillEngine } from "./engine.ts";
import { createPushEngine } from "./push-engine.server.ts";

interface Chosen {
  source: string;
  engine: "airbyte" | "push";
}

/** How this installation loads days of a connector again; null: only a person can. */
export function chooseEngine({ source, engine }: Chosen): BackfillEngine | null {
  if (!isSource(source)) return null;
  return engine === "push" ? createPushEngine() : chooseAirbyteEngine(source, env());
}
