import { describe, expect, it } from "vitest";
import { AppError, type AppErrorCode } from "../errors.ts";
import { answerProblems } from "./answer-problems.server.ts";
import { problemResponse } from "./problem.server.ts";

const where = { requestId: "r-1", path: "/api/x" };

describe("an AppError", () => {
  it.each<[AppErrorCode, number]>([
    ["malformed", 400],
    ["unauthenticated", 401],
    ["forbidden", 403],
    ["not_found", 404],
    ["method_not_allowed", 405],
    ["conflict", 409],
    ["payload_too_large", 413],
    ["unsupported_media_type", 415],
    ["invalid", 422],
    ["rate_limited", 429],
    ["unavailable", 503],
  ])("%s is %d", async (code, status) => {
    const answer = problemResponse(new AppError(code, "As it is."), where);
    expect(answer.status).toBe(status);
    expect(answer.headers.get("content-type")).toBe("application/problem+json");
    expect(answer.headers.get("cache-control")).toBe("no-store");
    expect(await answer.json()).toEqual({
      type: "about:blank",
      title: expect.stringMatching(/^[A-Z]/),
      status,
      detail: "As it is.",
      code,
      requestId: "r-1",
    });
  });

  it("keeps its messages per field, and says in a header when to come again", async () => {
    const invalid = problemResponse(
      new AppError("invalid", "No.", { errors: { limit: ["too large"] } }),
      where,
    );
    expect(await invalid.json()).toMatchObject({ errors: { limit: ["too large"] } });
    const limited = problemResponse(new AppError("rate_limited", "No.", { retryAfterSeconds: 7 }), where);
    expect(limited.headers.get("retry-after")).toBe("7");
    expect(await limited.json()).not.toHaveProperty("retryAfterSeconds");
  });
});

it.each([
  new Error("password=hunter2 at node_modules/x"),
  Object.assign(new Error("relation does not exist hunter2"), { code: "P2010" }),
  "hunter2",
  null,
  { message: "hunter2", status: 404 },
])("anything else is an opaque 500: %j", async (error) => {
  const answer = problemResponse(error, where);
  const text = await answer.text();
  expect(answer.status).toBe(500);
  expect(text).not.toContain("hunter2");
  expect(JSON.parse(text)).toMatchObject({ code: "internal", requestId: "r-1", status: 500 });
});

const ofAdapter = (cause: object) =>
  Object.assign(new Error("at db.internal:5432"), { code: "P2010", meta: { driverAdapterError: { cause } } });

it.each([
  ["Prisma cannot reach it", Object.assign(new Error("at db.internal:5432"), { code: "P1001" })],
  ["no transaction started in time", Object.assign(new Error("db.internal"), { code: "P2028" })],
  ["the adapter cannot reach it", ofAdapter({ kind: "DatabaseNotReachable" })],
  ["it shuts down", ofAdapter({ kind: "postgres", originalCode: "57P01" })],
  ["a deadlock was undone", ofAdapter({ kind: "postgres", originalCode: "40P01" })],
  ["a connection was lost", new Error("Client has encountered a connection error and is not queryable")],
])("a database that cannot answer just now is 503, to be tried again: %s", async (_, error) => {
  const answer = problemResponse(error, where);
  expect([answer.status, answer.headers.get("retry-after")]).toEqual([503, "5"]);
  expect(await answer.text()).not.toContain("db.internal");
});

it("a database that refuses what it was asked is a 500", () => {
  expect(problemResponse(ofAdapter({ kind: "postgres", originalCode: "22012" }), where).status).toBe(500);
});

describe("answerProblems", () => {
  const request = (method: string) => new Request("https://app.example.com/api/x?id_token=t", { method });

  it("passes a thrown Response on", async () => {
    const thrown = new Response("moved", { status: 302 });
    const answer = await answerProblems(request("GET"), "GET", () => Promise.reject(thrown));
    expect(answer).toBe(thrown);
  });

  it("says how to do better on 401 only", async () => {
    const hint = { "WWW-Authenticate": "Bearer" };
    const of = (code: AppErrorCode) =>
      answerProblems(request("GET"), "GET", () => Promise.reject(new AppError(code, "No.")), hint);
    expect((await of("unauthenticated")).headers.get("www-authenticate")).toBe("Bearer");
    expect((await of("not_found")).headers.get("www-authenticate")).toBeNull();
  });

  it("does no work for another method", async () => {
    const work = () => Promise.reject(new Error("worked"));
    expect((await answerProblems(request("DELETE"), "GET", work)).status).toBe(405);
    expect((await answerProblems(request("OPTIONS"), "POST", work)).status).toBe(204);
    expect((await answerProblems(request("HEAD"), "POST", work)).status).toBe(405);
  });
});
