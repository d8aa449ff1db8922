import { resolve } from "node:path";
import { defineConfig } from "vitest/config";

const shared = {
  setupFiles: ["./e2e/support/setup.ts"],
  exclude: ["node_modules/**", "build/**"],
  // Hundreds of processes are started that all load the same code.
  env: { NODE_COMPILE_CACHE: resolve("node_modules/.cache/compiled") },
};

export default defineConfig({
  test: {
    projects: [
      {
        extends: true,
        test: {
          ...shared,
          name: "unit",
          include: ["{app,jobs,demo,prisma,docs}/**/*.test.{ts,tsx}"],
          exclude: [...shared.exclude, "**/*.db.test.ts"],
          // A busy machine is no failure.
          testTimeout: 60_000,
        },
      },
      {
        extends: true,
        test: {
          ...shared,
          name: "db",
          include: ["{app,jobs,demo,prisma}/**/*.db.test.ts"],
          globalSetup: ["./e2e/support/postgres.ts"],
          testTimeout: 60_000,
          hookTimeout: 60_000,
        },
      },
      {
        extends: true,
        test: {
          ...shared,
          // What goes wrong in life. FAULTS=full takes its time over it.
          name: "faults",
          include: ["faults/**/*.test.ts"],
          globalSetup: ["./e2e/support/postgres.ts"],
          testTimeout: 60_000,
          hookTimeout: 60_000,
        },
      },
      {
        extends: true,
        test: {
          ...shared,
          name: "e2e",
          include: ["e2e/**/*.test.ts"],
          globalSetup: ["./e2e/support/demo-data.ts"],
          testTimeout: 180_000,
          hookTimeout: 180_000,
          fileParallelism: false,
        },
      },
    ],
  },
});
