import { describe, expect, test } from "vitest";
import { CredentialsForm, partOf, secretPathsOf } from "./source-secrets.ts";

describe("where a source's settings hold secrets", () => {
  test.each<[string, Record<string, unknown>, string[]]>([
    ["at the top", { api_key: "**********", start_date: "2024-01-01" }, ["api_key"]],
    [
      "within objects",
      { credentials: { auth_type: "oauth", client_secret: "*****", deeper: { token: "***" } } },
      ["credentials.client_secret", "credentials.deeper.token"],
    ],
    ["not where a text merely holds a star", { note: "5 * 3", rating: "**" }, []],
    ["not in lists, which are replaced whole", { keys: ["*****"], more: [{ key: "*****" }] }, []],
    ["nowhere", { a: null, b: 1, c: {} }, []],
  ])("%s", (_, configuration, paths) => {
    expect(secretPathsOf(configuration)).toEqual(paths);
  });

  test("the part that is sent names these and nothing else", () => {
    expect(
      partOf({ "credentials.client_secret": "a", "credentials.deeper.token": "b", api_key: "c" }),
    ).toEqual({
      credentials: { client_secret: "a", deeper: { token: "b" } },
      api_key: "c",
    });
  });
});

describe("the form", () => {
  const parse = (entered: object) => CredentialsForm.safeParse({ do: "replace", reason: "x", ...entered });

  test("takes only the fields that were filled in", () => {
    expect(parse({ "secrets.a.b": "new", "secrets.c": "" }).data).toMatchObject({
      secrets: { "a.b": "new" },
    });
  });

  test("left empty is refused, and no refusal repeats what was entered", () => {
    expect(parse({ "secrets.a": "" }).success).toBe(false);
    const tooLong = parse({ "secrets.a": `sensitive${"x".repeat(20_000)}` });
    expect(tooLong.success).toBe(false);
    expect(JSON.stringify(tooLong.error)).not.toContain("sensitive");
  });
});
