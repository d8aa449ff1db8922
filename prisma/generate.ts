/** Generates the Prisma client when the schema is newer than what was generated. */
import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("..", import.meta.url));
const marker = `${root}prisma/generated/.schema-hash`;
const hash = createHash("sha256")
  .update(readFileSync(`${root}prisma/schema.prisma`))
  .update(readFileSync(`${root}node_modules/prisma/package.json`))
  .digest("hex");

if (!existsSync(marker) || readFileSync(marker, "utf8") !== hash) {
  execFileSync(process.execPath, [`${root}node_modules/prisma/build/index.js`, "generate"], {
    cwd: root,
    stdio: ["ignore", "ignore", "inherit"],
    env: { ...process.env, CHECKPOINT_DISABLE: "1" },
  });
  writeFileSync(marker, hash);
}
