// Known holes in what ships, as `npm audit` tells them. What docs/security.md answers by its id does not fail it.
import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";

const { stdout } = spawnSync("npm", ["audit", "--omit=dev", "--json"], { encoding: "utf8" });
const { vulnerabilities, error, message } = JSON.parse(stdout || "{}");
if (!vulnerabilities) {
  console.error(
    `This registry offers no audits (${error?.summary || message || "no answer"}): known holes in dependencies were not looked for.`,
  );
} else {
  const answered = readFileSync(new URL("../docs/security.md", import.meta.url), "utf8");
  const found = Object.values(vulnerabilities)
    .flatMap(({ via }) => via)
    .filter((hole) => typeof hole === "object");
  const open = found.filter(({ url }) => !answered.includes(url.split("/").at(-1)));
  for (const { name, severity, title, url } of open) console.error(`${name} (${severity}): ${title} ${url}`);
  console.log(
    `npm audit: ${found.length - open.length} known holes are answered in docs/security.md, ${open.length} are not.`,
  );
  if (open.length > 0) process.exitCode = 1;
}
