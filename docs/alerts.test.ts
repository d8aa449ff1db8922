import { readdirSync, readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import type { FlowSkipReason } from "#app/modules/alerts/channels.server.ts";
import {
  ATTEMPT_LOST_AFTER_SECONDS,
  GIVE_UP_AFTER_HOURS,
  restAfterFailure,
  STALE_AFTER_MINUTES,
} from "#app/modules/alerts/retrying.ts";
import type { FailReason, HoldReason, NoticeEvent, SkipReason } from "#app/modules/alerts/routing.ts";
import { LONGEST_SNOOZE_DAYS } from "#app/modules/incidents/transitions.ts";
import { envShape } from "#app/platform/env.server.ts";

const root = new URL("..", import.meta.url);
const page = readFileSync(new URL("docs/alerts.md", root), "utf8");

/** The first column of the table that begins with this heading. */
function codesUnder(heading: string): string[] {
  const table = new RegExp(`^\\| ${heading} +\\|[\\s\\S]*?\\n\\n`, "m").exec(page)?.[0] ?? "";
  return [...table.matchAll(/^\| `(\w+)` +\|/gm)].map(([, code]) => code!);
}

/** The values that the newest migration allows in a column of the delivery log. */
function allowed(column: string): string[] {
  const check = new RegExp(`^  ${column} +text NOT NULL CHECK \\(${column} IN \\(([^)]+)\\)\\)`, "m");
  const statements = readdirSync(new URL("prisma/migrations", root), { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map(({ name }) => name)
    .sort()
    .flatMap((name) => {
      const sql = readFileSync(new URL(`prisma/migrations/${name}/migration.sql`, root), "utf8");
      const table = /^CREATE TABLE alert_deliveries \([\s\S]*?^\);/m.exec(sql)?.[0] ?? "";
      return check.exec(table)?.[1] ?? [];
    });
  return [...statements.at(-1)!.matchAll(/'(\w+)'/g)].map(([, value]) => value!);
}

test("every state of a delivery is explained, and no other", () => {
  expect(codesUnder("state").sort()).toEqual(allowed("state").sort());
});

test("every reason that the code knows is explained, and no other", () => {
  // The compiler asks for each: whoever adds a reason adds it here and on the page.
  const reasons: Record<NoticeEvent | HoldReason | SkipReason | FailReason | FlowSkipReason, true> = {
    opened: true,
    escalated: true,
    reopened: true,
    snooze_ended: true,
    acknowledged: true,
    resolved: true,
    cooldown: true,
    snoozed: true,
    maintenance: true,
    parent: true,
    switched_off: true,
    log_only: true,
    below_critical: true,
    not_for_channel: true,
    never_announced: true,
    no_longer_true: true,
    superseded: true,
    refused: true,
    gave_up: true,
    gone: true,
    no_session: true,
    no_refresh_token: true,
    refresh_token_expired: true,
    refresh_refused: true,
  };
  expect(codesUnder("reason").sort()).toEqual(Object.keys(reasons).sort());
});

describe("the page's numbers are the code's", () => {
  const seconds = (failures: number) => restAfterFailure(failures, "backoff", 0) / 1000;
  test.each([
    ["the cooldown", `within ${envShape.SLACK_DQ_COOLDOWN_MINUTES.parse(undefined)} minutes`],
    ["PagerDuty's", `within ${envShape.PAGERDUTY_DQ_COOLDOWN_MINUTES.parse(undefined)} minutes`],
    ["the longest snooze", `at most ${LONGEST_SNOOZE_DAYS} days`],
    ["what is late", `for ${STALE_AFTER_MINUTES} minutes and is over by now`],
    ["the end of trying", `After ${GIVE_UP_AFTER_HOURS} hours`],
    ["the rests", `${seconds(1)} s, ${seconds(2)} s, ${seconds(3)} s … at most ${seconds(1000) / 60} min`],
  ])("%s", (_, words) => {
    expect(page).toContain(words);
  });

  test("a lost attempt", () => {
    expect(ATTEMPT_LOST_AFTER_SECONDS).toBe(60);
    expect(page).toContain("after a minute it is sent once more");
  });
});
