import { describe, expect, it } from "vitest";
import { createLog, withoutTokens } from "./log.server.ts";
import { inRequest } from "./request-context.server.ts";

/** What a log writes; each line has to be JSON. */
function written(write: (log: ReturnType<typeof createLog>) => void): { text: string; lines: object[] } {
  const parts: string[] = [];
  write(createLog("trace", { write: (line: string) => void parts.push(line) }));
  const text = parts.join("");
  return {
    text,
    lines: text
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line)),
  };
}

const jwt = "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.c2lnbmF0dXJl";

/** Each is a secret, and a line of a log that could carry it. */
const leaks: [string, string, object | string][] = [
  ["a session token in an address", jwt, { path: `/app?embedded=1&id_token=${jwt}&shop=a.myshopify.com` }],
  ["a session in an address", "s3ss10n", { path: "/app?session=s3ss10n" }],
  ["Shopify's signature of an address", "0a1b2c3d", { path: "/auth/callback?hmac=0a1b2c3d&shop=a" }],
  ["staff's code", "c0de-of-staff", { path: "/staff/callback?code=c0de-of-staff&iss=x" }],
  ["staff's state", "st4te-of-staff", { path: "/staff/callback?iss=x&state=st4te-of-staff" }],
  ["staff's nonce and verifier", "n0nce", { path: "/authorize?nonce=n0nce&code_verifier=n0nce" }],
  ["a bearer token in words", "abcdefgh.ijkl", "401 for Authorization: Bearer abcdefgh.ijkl"],
  ["an Authorization header", "Basic dXNlcjpwYXNz", { headers: { authorization: "Basic dXNlcjpwYXNz" } }],
  [
    "an Authorization header, capitalised",
    "Basic dXNl",
    { request: { Headers: { Authorization: "Basic dXNl" } } },
  ],
  ["a cookie", "staff=abc123", { headers: { cookie: "staff=abc123" } }],
  ["a cookie that is set", "staff=abc123", { answer: { headers: { "set-cookie": ["staff=abc123"] } } }],
  [
    "Slack's address",
    "T000/B000/XXXXXXXX",
    "POST https://hooks.slack.com/services/T000/B000/XXXXXXXX failed",
  ],
  ["Slack's address as a field", "X-marks", { slack: { webhookUrl: "https://hooks.example/X-marks" } }],
  ["PagerDuty's key", "r0uting", { event: { routing_key: "r0uting", payload: { summary: "x" } } }],
  [
    "an address that Airbyte notifies",
    "t0ken-of-airbyte",
    { path: "/webhooks/airbyte/t0ken-of-airbyte/success" },
  ],
  ["an ingest key", "shk_abcdefghij", `the key shk_abcdefghij was refused`],
  ["a signing secret", "whsec_YWJjZGVmZ2g=", { err: new Error("bad whsec_YWJjZGVmZ2g=") }],
  [
    "Shopify's offline token",
    "shpat_0123456789abcdef",
    { err: new Error("shpat_0123456789abcdef is not valid") },
  ],
  ["a token as a field", "plain-token", { shop: { session: { accessToken: "plain-token" } } }],
  ["a client's secret", "cl13nt", { oidc: { client_secret: "cl13nt" } }],
  ["a database's password", "pa55:w/rd", "no route to postgresql://app:pa55:w/rd@db:5432/x"],
  ["a secret in a list of things", "dee9", { all: [{ list: [{ password: "dee9" }] }] }],
  ["a token that an error quotes", jwt, { err: new TypeError(`fetch of https://x/?id_token=${jwt} failed`) }],
];

describe("a secret never reaches a line", () => {
  it.each(leaks)("%s", (_, secret, said) => {
    const { text, lines } = written((log) =>
      typeof said === "string" ? log.error(said) : log.error(said, "it failed"),
    );
    expect(lines).toHaveLength(1);
    expect(text).not.toContain(secret);
    expect(text).toContain("[redacted]");
  });
});

it("leaves what is no secret as it is", () => {
  const said = {
    path: "/app/connectors/3?days=30&statement=x",
    keyId: "k1",
    jobKey: "dq.check_data:1",
    task: "alerts.deliver",
    status: 200,
    nothing: null,
    at: new Date(0),
    list: [1, "two"],
  };
  const [line] = written((log) => log.info(said, "it worked")).lines;
  expect(line).toMatchObject({ ...said, at: said.at.toISOString(), msg: "it worked" });
});

it("keeps a line whole where a secret ends in an escaped quote", () => {
  const { lines } = written((log) => log.warn('asked "https://x/?state=abc" and "y"'));
  expect(lines).toEqual([expect.objectContaining({ msg: 'asked "https://x/?state=[redacted]" and "y"' })]);
});

it("says for which request a line is, and only within one", () => {
  const { lines } = written((log) => {
    log.info("before");
    inRequest("r-1", () => log.info("within"));
    inRequest("r-1", () => log.info({ requestId: "r-2" }, "as told"));
  });
  expect(lines.map((line) => ("requestId" in line ? line.requestId : null))).toEqual([null, "r-1", "r-2"]);
});

it("names an error, what it said and where, and of an answer only its status", () => {
  const { lines } = written((log) => {
    log.error({ err: new RangeError("too far") });
    log.error({ err: new Response("secret", { status: 503 }) });
  });
  expect(lines).toEqual([
    expect.objectContaining({ err: { type: "RangeError", message: "too far", stack: expect.any(String) } }),
    expect.objectContaining({ err: { type: "Response", status: 503 } }),
  ]);
});

it("blanks parameters wherever they stand in an address", () => {
  expect(withoutTokens("/auth?code=1&shop=a&state=2#x")).toBe(
    "/auth?code=[redacted]&shop=a&state=[redacted]#x",
  );
  expect(withoutTokens("/auth?barcode=1&x_state=2")).toBe("/auth?barcode=1&x_state=2");
});
