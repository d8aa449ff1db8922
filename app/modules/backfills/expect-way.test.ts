import { expect, test } from "vitest";
import { expectWay } from "./expect-way.ts";

test.each([
  ["meta_ads", "push", true, true, "push"],
  ["meta_ads", "airbyte", true, true, "airbyte_bounded"],
  ["meta_ads", "airbyte", true, false, "airbyte_bounded"],
  ["meta_ads", "airbyte", false, true, "airbyte_rewind"],
  ["meta_ads", "airbyte", null, true, "airbyte_rewind"],
  ["meta_ads", "airbyte", null, false, "airbyte_bounded"],
  // No setting of its connector names an end.
  ["klaviyo", "airbyte", true, true, "airbyte_rewind"],
] as const)(
  "%s by %s, second source %s, cursors can be set back %s: %s",
  (source, engine, hasBackfillSource, canRewind, way) => {
    expect(expectWay({ source, engine, hasBackfillSource, canRewind })).toBe(way);
  },
);
