import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import remix from "../remix.config.js";

interface LockedPackage {
  version?: string;
  optionalDependencies?: Record<string, string>;
}
const lock = JSON.parse(readFileSync(new URL("../package-lock.json", import.meta.url), "utf8")) as {
  packages: Record<string, LockedPackage>;
};

/** Where Node would look for a package, from the nearest folder outwards. */
function places(from: string, name: string): string[] {
  const folders = from === "" ? [] : from.split(/\/?node_modules\//).slice(1);
  const found = [`node_modules/${name}`];
  for (let depth = 1; depth <= folders.length; depth++) {
    found.unshift(`node_modules/${folders.slice(0, depth).join("/node_modules/")}/node_modules/${name}`);
  }
  return found;
}

// turbo-stream 2, which it would use, has a known hole (docs/security.md).
test("single fetch is off", () => {
  expect(remix.future?.v3_singleFetch).toBe(false);
});

// A registry mirror without other platforms' packages makes npm leave them out of the lock file; `npm ci` then fails for everybody.
test("the lock file holds every optional package, of every platform", () => {
  const missing = Object.entries(lock.packages).flatMap(([from, { optionalDependencies = {} }]) =>
    Object.keys(optionalDependencies).filter(
      (name) => !places(from, name).some((place) => place in lock.packages),
    ),
  );
  expect(missing).toEqual([]);
});
