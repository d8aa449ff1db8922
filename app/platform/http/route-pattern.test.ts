import type { ServerBuild } from "@remix-run/node";
import { describe, expect, it } from "vitest";
import { routePatterns } from "./route-pattern.server.ts";

/** As a build lists them: `[id, path, parent]`; what ends in `_index` is an index. */
const routes = Object.fromEntries(
  (
    [
      ["root", "", undefined],
      ["routes/_index", undefined, "root"],
      ["routes/$", "*", "root"],
      ["routes/app", "app", "root"],
      ["routes/app._index", undefined, "routes/app"],
      ["routes/app.$", "*", "routes/app"],
      ["routes/app.connectors.$id", "connectors/:id", "routes/app"],
      ["routes/api.$", "api/*", "root"],
      ["routes/api.backfill._index", "api/connectors/:id/backfill", "root"],
      ["routes/webhooks.airbyte", "webhooks/airbyte/:token/:event", "root"],
      ["routes/healthz", "healthz", "root"],
    ] as const
  ).map(([id, path, parentId]) => [id, { id, path, parentId, index: id.endsWith("_index"), module: {} }]),
) as unknown as ServerBuild["routes"];
const patternOf = routePatterns(routes);

describe("the pattern of an address", () => {
  it.each([
    ["/", "/"],
    ["/app", "/app"],
    ["/app/", "/app"],
    ["/app/connectors/0b6a", "/app/connectors/:id"],
    ["/app/nothing/here", "/app/*"],
    ["/api/connectors/1/backfill", "/api/connectors/:id/backfill"],
    ["/api/nothing", "/api/*"],
    ["/webhooks/airbyte/secret/success", "/webhooks/airbyte/:token/:event"],
    ["/healthz", "/healthz"],
    ["/assets/a-1.js", "/assets/*"],
    ["/wp-admin/setup.php", "other"],
    ["//x", "other"],
    ["/%zz", "other"],
  ])("%s is %s", (path, pattern) => {
    expect(patternOf(path)).toBe(pattern);
  });
});
