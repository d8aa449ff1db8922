import type { TestProject } from "vitest/node";
import { eraseDataDir, seedDataDir } from "./demo.ts";

declare module "vitest" {
  interface ProvidedContext {
    /** A demo's data, seeded once for the run. Nobody starts a demo on it: `startSeededDemo` copies it. */
    demoDataDir: string;
  }
}

export default async function setup(project: TestProject): Promise<() => void> {
  const dataDir = await seedDataDir();
  project.provide("demoDataDir", dataDir);
  return () => eraseDataDir(dataDir);
}
