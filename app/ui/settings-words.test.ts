import { afterEach, describe, expect, it, vi } from "vitest";
import { dayOfLocalDate, localDateOf } from "./local-date.ts";
import { formatDays } from "./settings-words.ts";

describe("expected days in words", () => {
  it.each([
    ["en-US", "2026-11-27", "2026-11-27", "Nov 27, 2026"],
    ["en-US", "2026-11-27", "2026-12-01", "Nov 27 – Dec 1, 2026"],
    ["en-US", "2026-12-30", "2027-01-02", "Dec 30, 2026 – Jan 2, 2027"],
    ["de-DE", "2026-11-27", "2026-12-01", "27 Nov – 1 Dec 2026"],
    ["en-US", "2026-11-27", "", "Nov 27, 2026 – …"],
    ["en-US", "", "", "No days entered"],
  ])("%s: %s to %s is %s", (locale, startDay, endDay, words) =>
    expect(formatDays(startDay, endDay, { locale, timeZone: "Pacific/Kiritimati" })).toBe(words),
  );
});

describe("a shop day in the browser's calendar", () => {
  afterEach(() => vi.unstubAllEnvs());

  // São Paulo skipped the midnight that began 2018-11-04.
  it.each(["Pacific/Kiritimati", "Pacific/Pago_Pago", "America/Sao_Paulo", "UTC"])(
    "keeps its name in %s",
    (zone) => {
      vi.stubEnv("TZ", zone);
      for (const day of ["2018-11-04", "2026-11-24", "2028-02-29", "0099-12-31"])
        expect(dayOfLocalDate(localDateOf(day)!)).toBe(day);
    },
  );

  it.each(["", "2026-11", "11/24/2026"])("is none for %j", (typed) => expect(localDateOf(typed)).toBeNull());
});
