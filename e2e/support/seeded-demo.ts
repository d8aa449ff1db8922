import { inject } from "vitest";
import { copyDataDir, type RunningDemo, startDemo } from "./demo.ts";

/** A demo of one's own, without the half minute in which its data is written: on a copy of what was seeded for this run. */
export const startSeededDemo = async (): Promise<RunningDemo> =>
  startDemo(await copyDataDir(inject("demoDataDir")));
