import { defineConfig } from "prisma/config";
import { PrismaCliAdapter } from "./prisma/prisma-cli-adapter.ts";

// The schema names DATABASE_URL; migrations run as the owner. Without a value the command line would try to download an engine.
process.env.DATABASE_URL =
  process.env.DATABASE_OWNER_URL ?? process.env.DATABASE_URL ?? "postgresql://unset@127.0.0.1:1/unset";
// Prisma's schema engine leaves its ten-second lock timer running after it is done; do not wait for it.
const startTimer = globalThis.setTimeout;
globalThis.setTimeout = Object.assign((...args: Parameters<typeof startTimer>) => {
  const timer = startTimer(...args);
  if (args[1] === 10_000) timer.unref();
  return timer;
}, startTimer);

const url = process.env.DATABASE_URL;

export default defineConfig({
  schema: "prisma/schema.prisma",
  migrations: { path: "prisma/migrations" },
  experimental: { adapter: true },
  engine: "js",
  adapter: async () => new PrismaCliAdapter(url),
});
