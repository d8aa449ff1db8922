import type { BackfillEngine } from "./engine.ts";

/** How this installation loads days of a connector again; null: only a person can. */
export function chooseEngine(_connector: {
  source: string;
  engine: "airbyte" | "push";
}): BackfillEngine | null {
  return null;
}

/** Whether it reads from the first day up to now, whatever the last day is. */
export const readsToToday = (connector: { engine: "airbyte" | "push" }): boolean =>
  connector.engine === "airbyte";
