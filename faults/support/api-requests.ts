import { gzipSync } from "node:zlib";
import fc from "fast-check";
import type { Operation } from "./api-document.ts";
import { type CredentialKind, credentialKinds, credentialsFor } from "./credentials.ts";
import type { FuzzShop } from "./fuzz-shops.ts";
import { hostileText, spoiled } from "./hostile-values.ts";
import { type Resolve, valuesOf } from "./schema-values.ts";
import type { RawRequest } from "./send-raw.ts";

const BODY_LIMIT_BYTES = 1_048_576;
const methods = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"];

type BodyPlan =
  | { kind: "json"; value: unknown }
  | { kind: "text"; text: string }
  | { kind: "bytes"; hex: string }
  | { kind: "padded"; value: unknown; bytes: number }
  | { kind: "nested"; depth: number };

/** A request to be, as plain data: printed, it tells how to do it again. */
export interface RequestPlan {
  operation: string;
  method: string;
  sender: number;
  credential: CredentialKind;
  /** Whose things the address names; the sender's mostly. */
  namedShop: number;
  ids: (number | string)[];
  trick: string;
  query: [string, string][];
  headers: [string, string][];
  body: BodyPlan | null;
  contentType: string | null;
  contentEncoding: string | null;
}

const weighted = <T>(usual: T, weight: number, others: readonly T[]): fc.Arbitrary<T> =>
  fc.oneof({ weight, arbitrary: fc.constant(usual) }, { weight: 1, arbitrary: fc.constantFrom(...others) });

/** The ways in which an address can be written otherwise. */
const tricks: Record<string, (path: string) => string> = {
  "trailing slash": (path) => `${path}/`,
  "double slash": (path) => path.replace("/", "//"),
  "dot segment": (path) => path.replace("/api", "/api/./x/.."),
  "encoded slash": (path) => path.replace(/\/(\w+)$/, "%2f$1"),
  "upper case": (path) => path.toUpperCase(),
  "zero byte": (path) => `${path}%00`,
  "bad escape": (path) => `${path}%E0%A4`,
  "more below": (path) => `${path}/more`,
  "matrix parameter": (path) => `${path};a=b`,
  "remix data": (path) => `${path}?_data=routes%2Fapi.sync-health.summary`,
};

/** Requests to one operation: most nearly right, each wrong in some way of its own. */
export function requestsTo(
  operation: Operation,
  shops: number,
  resolve: Resolve,
  now: Date,
): fc.Arbitrary<RequestPlan> {
  const valid = operation.body ? valuesOf(operation.body, resolve, now) : fc.constant({});
  const body: fc.Arbitrary<BodyPlan> = fc.oneof(
    { weight: 12, arbitrary: valid.map((value) => ({ kind: "json" as const, value })) },
    { weight: 12, arbitrary: spoiled(valid).map((value) => ({ kind: "json" as const, value })) },
    { weight: 2, arbitrary: hostileText.map((text) => ({ kind: "text" as const, text })) },
    {
      weight: 1,
      arbitrary: fc
        .uint8Array({ maxLength: 64 })
        .map((bytes) => ({ kind: "bytes" as const, hex: Buffer.from(bytes).toString("hex") })),
    },
    {
      weight: 1,
      arbitrary: fc.constantFrom(500, 5_000, 200_000).map((depth) => ({ kind: "nested" as const, depth })),
    },
    {
      weight: 1,
      arbitrary: fc
        .tuple(valid, fc.constantFrom(BODY_LIMIT_BYTES, BODY_LIMIT_BYTES + 1, BODY_LIMIT_BYTES - 1))
        .map(([value, bytes]) => ({ kind: "padded" as const, value, bytes })),
    },
  );
  const isWrite = operation.method !== "GET";
  return fc.record({
    operation: fc.constant(operation.id),
    method: weighted(operation.method, 12, methods),
    sender: fc.nat(shops - 1),
    credential: fc.oneof(
      { weight: 6, arbitrary: fc.constant("good" as const) },
      { weight: 2, arbitrary: fc.constantFrom(...credentialKinds) },
    ),
    namedShop: fc.oneof(
      { weight: 3, arbitrary: fc.constant(-1) },
      { weight: 1, arbitrary: fc.nat(shops - 1) },
    ),
    ids: fc.array(
      fc.oneof(
        { weight: 8, arbitrary: fc.nat(20) },
        { weight: 1, arbitrary: fc.uuid() },
        { weight: 1, arbitrary: hostileText },
      ),
      { minLength: 3, maxLength: 3 },
    ),
    trick: weighted("", 15, Object.keys(tricks)),
    query: queryOf(operation, resolve, now),
    headers: headersOf(operation, resolve, now),
    body: isWrite
      ? fc.oneof({ weight: 15, arbitrary: body }, { weight: 1, arbitrary: fc.constant(null) })
      : fc.oneof({ weight: 1, arbitrary: body }, { weight: 30, arbitrary: fc.constant(null) }),
    contentType: weighted<string | null>("application/json", 15, [
      null,
      "text/plain",
      "application/json; charset=utf-16",
      "application/x-www-form-urlencoded",
      "multipart/form-data; boundary=x",
      "application/JSON;",
      ",",
    ]),
    contentEncoding: weighted<string | null>(null, 25, ["gzip", "br", "identity", "gzip, gzip"]),
  });
}

function queryOf(operation: Operation, resolve: Resolve, now: Date): fc.Arbitrary<[string, string][]> {
  const named = operation.parameters.filter((one) => one.in === "query");
  const pair = (name: string, value: fc.Arbitrary<unknown>) =>
    value.map((one): [string, string] => [name, String(one)]);
  const right = fc.tuple(...named.map(({ name, schema }) => pair(name, valuesOf(schema, resolve, now))));
  const names = [...named.map(({ name }) => name), "id_token", "shop", "_data", "__proto__", "status[]"];
  const wrong = fc.array(fc.tuple(fc.constantFrom(...names), hostileText), { minLength: 1, maxLength: 3 });
  // What is added comes twice where it is named already.
  const both = fc.tuple(right, wrong).map(([some, others]) => [...some, ...others]);
  return fc.oneof(
    { weight: 5, arbitrary: right },
    {
      weight: 1,
      arbitrary: fc.subarray(named).map((some) => some.map(({ name }): [string, string] => [name, ""])),
    },
    { weight: 2, arbitrary: both },
    { weight: 1, arbitrary: wrong },
  );
}

/** Header values can hold no line breaks, and Node sends no others than Latin letters. */
const asHeader = (text: string) => text.replaceAll(/[^\t\x20-\x7e\x80-\xff]/g, "").slice(0, 4_000);

function headersOf(operation: Operation, resolve: Resolve, now: Date): fc.Arbitrary<[string, string][]> {
  const named = operation.parameters.filter((one) => one.in === "header" && !one.required);
  const right = named.map(({ name, schema }) =>
    valuesOf(schema, resolve, now).map((value): [string, string] => [name, asHeader(String(value))]),
  );
  const odd = fc.tuple(
    fc.constantFrom(
      "accept",
      "accept-encoding",
      "x-request-id",
      "x-forwarded-host",
      "x-forwarded-proto",
      "x-http-method-override",
      "range",
      "cookie",
      "origin",
      ...named.map(({ name }) => name),
    ),
    hostileText.map(asHeader),
  );
  return fc
    .tuple(fc.tuple(...right), fc.boolean(), fc.array(odd, { maxLength: 2 }), fc.nat(7))
    .map(([some, isGiven, others, dice]) => [...(isGiven ? some : []), ...(dice === 0 ? others : [])]);
}

export interface BuiltRequest extends RawRequest {
  /** The address is not written as the document has it. */
  isTricked: boolean;
  /** It is the address of something else. */
  isOtherPath: boolean;
  /** Each thing the address names is the sender's to name, and of the kind that is meant. */
  namesOwn: boolean;
}

/** The request of a plan, signed by its sender. */
export async function buildRequest(
  plan: RequestPlan,
  operation: Operation,
  shops: readonly FuzzShop[],
): Promise<BuiltRequest> {
  const sender = shops[plan.sender]!;
  const named = plan.namedShop < 0 ? sender : shops[plan.namedShop]!;
  // Staff may look at every shop; a thing is still found in its own only.
  const owner = operation.scheme === "staffToken" ? named : sender;
  let index = 0;
  let namesOwn = true;
  let isOtherPath = false;
  const plain = operation.path.replaceAll(/([^/]+)\/\{(\w+)\}/g, (_, before: string, parameter: string) => {
    const wish = plan.ids[index++ % plan.ids.length]!;
    const choices = thingsNamed(named, before, parameter);
    const text = typeof wish === "number" ? choices[wish % choices.length]! : wish;
    if (!thingsNamed(owner, before, parameter).includes(text)) namesOwn = false;
    if (["", ".", ".."].includes(text)) isOtherPath = true;
    return `${before}/${encodeURIComponent(text.toWellFormed()).slice(0, 3_000)}`;
  });
  const trick = tricks[plan.trick];
  const path = trick ? trick(plain) : plain;
  const query = new URLSearchParams(
    plan.query.map(([name, value]) => [name, value.slice(0, 2_000)]),
  ).toString();
  const body = plan.body && encode(bytesOf(plan.body), plan.contentEncoding);
  const credentials = await credentialsFor(operation.scheme, {
    shop: sender,
    kind: plan.credential,
    body: body ?? Buffer.alloc(0),
  });
  return {
    method: plan.method,
    path: query ? `${path}${path.includes("?") ? "&" : "?"}${query}` : path,
    headers: {
      ...Object.fromEntries(plan.headers),
      ...(body && plan.contentType ? { "content-type": plan.contentType } : {}),
      ...(body && plan.contentEncoding ? { "content-encoding": plan.contentEncoding } : {}),
      ...(body ? { "content-length": String(body.byteLength) } : {}),
      ...credentials,
    },
    body: body ?? undefined,
    isTricked: trick !== undefined || isOtherPath,
    isOtherPath,
    namesOwn,
  };
}

/** What of a shop an address can mean by a parameter, by the word before it: `/incidents/{id}`. */
function thingsNamed(shop: FuzzShop, before: string, parameter: string): string[] {
  if (before.startsWith("incident")) return shop.incidentIds;
  if (before.startsWith("backfill")) return shop.backfillIds;
  if (before.startsWith("connector")) return shop.connectorIds;
  if (before === "ingest-keys") return shop.keyIds;
  if (before === "connections") return shop.connectionIds;
  if (before === "maintenance") return shop.maintenanceIds;
  if (before === "lifts") return shop.liftIds;
  if (before === "jobs") return shop.jobIds;
  if (before === "tasks") return ["alerts.sweep", "dq.run"];
  if (parameter === "shop" || before === "shops") return [shop.domain, shop.id];
  return [...shop.connectorIds, ...shop.incidentIds];
}

function bytesOf(plan: BodyPlan): Buffer {
  if (plan.kind === "json") return Buffer.from(JSON.stringify(plan.value) ?? "");
  if (plan.kind === "text") return Buffer.from(plan.text);
  if (plan.kind === "bytes") return Buffer.from(plan.hex, "hex");
  if (plan.kind === "nested") return Buffer.from("[".repeat(plan.depth) + "]".repeat(plan.depth));
  const json = Buffer.from(JSON.stringify(plan.value));
  return Buffer.concat([json, Buffer.alloc(Math.max(0, plan.bytes - json.byteLength), " ")]);
}

// Every second body that says it is gzip is.
const encode = (body: Buffer, coding: string | null): Buffer =>
  coding === "gzip" && body.byteLength % 2 === 0 ? gzipSync(body) : body;
