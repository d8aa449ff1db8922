import { describe, expect, it } from "vitest";
import { mayAct, readRole, readStaff, safeReturnPath } from "./staff.ts";

describe("a role is read", () => {
  it.each([
    ["from a string", { roles: "support" }, "roles", "support"],
    ["from a list", { roles: ["other", "admin"] }, "roles", "admin"],
    ["as the greater of two", { roles: ["support", "admin"] }, "roles", "admin"],
    ["from words in a string", { roles: "viewer support" }, "roles", "support"],
    ["from words with commas", { roles: "viewer,admin" }, "roles", "admin"],
    ["from inside of an object", { realm_access: { roles: ["admin"] } }, "realm_access.roles", "admin"],
    [
      "from a claim that is an address",
      { "https://x.example/roles": ["admin"] },
      "https://x.example/roles",
      "admin",
    ],
    ["from a name with dots before a path", { "a.b": "support", a: { b: "admin" } }, "a.b", "support"],
    ["not from another claim", { role: "admin" }, "roles", null],
    ["not from a longer word", { roles: ["superadmin", "support-eu"] }, "roles", null],
    ["not in capitals", { roles: "Admin" }, "roles", null],
    ["not from true", { roles: true }, "roles", null],
    ["not from an object", { roles: { admin: true } }, "roles", null],
    ["not from a list in a list", { roles: [["admin"]] }, "roles", null],
    ["not from what every object has", {}, "constructor.name", null],
    ["not from a path through a string", { a: "admin" }, "a.length", null],
  ])("%s", (_, claims, claim, role) => {
    expect(readRole(claims, claim)).toBe(role);
  });
});

describe("a person is read", () => {
  const claims = { sub: "1", name: "Ada", email: "ada@example.com", roles: "admin" };
  it.each([
    ["with name and address", claims, { name: "Ada", email: "ada@example.com" }],
    [
      "without an address that is not verified",
      { ...claims, email_verified: false },
      { name: "Ada", email: null },
    ],
    ["by the user name", { ...claims, name: " ", preferred_username: "ada" }, { name: "ada" }],
    ["by the address", { ...claims, name: undefined }, { name: "ada@example.com" }],
    ["by the id", { sub: "1", roles: "admin" }, { name: "1", email: null }],
    ["with a name of a sane length", { ...claims, name: "x".repeat(5_000) }, { name: "x".repeat(200) }],
  ])("%s", (_, from, staff) => {
    expect(readStaff(from, "roles")).toMatchObject({ subject: "1", role: "admin", ...staff });
  });

  it.each([
    ["no id", { ...claims, sub: undefined }],
    ["an id that is no text", { ...claims, sub: 1 }],
    ["no role", { ...claims, roles: [] }],
  ])("and is none of ours with %s", (_, from) => {
    expect(readStaff(from, "roles")).toBeNull();
  });
});

it("an admin may do all, support what support may", () => {
  expect(mayAct("admin", "support")).toBe(true);
  expect(mayAct("support", "support")).toBe(true);
  expect(mayAct("support", "admin")).toBe(false);
});

describe("after a sign-in one gets back", () => {
  it.each([
    "/staff",
    "/staff?q=late&page=2",
    "/staff/shops/a-shop.myshopify.com",
    "/staff/shops/a-shop.myshopify.com?tab=runs%20a",
  ])("to %s", (to) => {
    expect(safeReturnPath(to)).toBe(to);
  });

  it.each([
    null,
    "",
    "/",
    "/app",
    "/staffing",
    "staff",
    "https://evil.example/staff",
    "//evil.example/staff",
    "///evil.example/staff",
    "/\\evil.example/staff",
    "\\\\evil.example/staff",
    "/\t/evil.example/staff",
    "/staff/../app",
    "/staff/%2e%2e/app",
    "/staff/..\\..\\app",
    "javascript:alert(1)",
    "data:text/html,x",
    "/staff/sign-in?to=/staff",
    "/staff/sign-out",
    "/staff/callback?code=x",
    "/staff@evil.example",
    `/staff?${"x".repeat(2_000)}`,
  ])("to the first page for %s", (to) => {
    expect(safeReturnPath(to)).toBe("/staff");
  });
});
