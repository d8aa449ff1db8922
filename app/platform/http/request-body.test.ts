import { gzipSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import { z } from "zod";
import { parseInput } from "./parse-input.server.ts";
import {
  BODY_LIMIT_BYTES,
  parseJson,
  readBody,
  readDecodedBody,
  requireJson,
} from "./request-body.server.ts";
import { requestIdFrom } from "./request-id.server.ts";

/** A request whose body comes in chunks and has no length. */
function chunked(chunkBytes: number, chunks: number): { request: Request; pulled: () => number } {
  let pulled = 0;
  const body = new ReadableStream({
    pull(controller) {
      if (pulled === chunks) return controller.close();
      pulled += 1;
      controller.enqueue(new Uint8Array(chunkBytes));
    },
  });
  const request = new Request("https://x.example", { method: "POST", body, duplex: "half" } as RequestInit);
  return { request, pulled: () => pulled };
}

describe("readBody", () => {
  it("reads a body up to the limit, and not a byte more", async () => {
    expect((await readBody(chunked(BODY_LIMIT_BYTES / 4, 4).request)).length).toBe(BODY_LIMIT_BYTES);
    const { request } = chunked(BODY_LIMIT_BYTES / 4 + 1, 4);
    await expect(readBody(request)).rejects.toMatchObject({ code: "payload_too_large" });
  });

  it("stops reading a body without end", async () => {
    const { request, pulled } = chunked(BODY_LIMIT_BYTES, 1_000_000);
    await expect(readBody(request)).rejects.toMatchObject({ code: "payload_too_large" });
    expect(pulled()).toBeLessThan(30);
  });

  it("reads no body as no bytes", async () => {
    expect(await readBody(new Request("https://x.example"))).toHaveLength(0);
  });
});

describe("readDecodedBody", () => {
  const sent = (body: string | Buffer, coding?: string) =>
    readDecodedBody(
      new Request("https://x.example", {
        method: "POST",
        body: typeof body === "string" ? body : new Uint8Array(body),
        headers: coding === undefined ? {} : { "content-encoding": coding },
      }),
    );

  it("reads a body as it is, or unpacks it", async () => {
    for (const coding of [undefined, "identity", ""]) expect(String(await sent("{}", coding))).toBe("{}");
    for (const coding of ["gzip", "GZIP", " gzip "])
      expect(String(await sent(gzipSync("{}"), coding))).toBe("{}");
  });

  it("unpacks up to the limit, and not a byte more", async () => {
    expect((await sent(gzipSync(Buffer.alloc(BODY_LIMIT_BYTES)), "gzip")).length).toBe(BODY_LIMIT_BYTES);
    await expect(sent(gzipSync(Buffer.alloc(BODY_LIMIT_BYTES + 1)), "gzip")).rejects.toMatchObject({
      code: "payload_too_large",
    });
  });

  it.each([
    ["what is not gzip", "{}", "gzip", "malformed"],
    ["half of it", gzipSync("{}").subarray(0, 15), "gzip", "malformed"],
    ["another coding", "{}", "br", "unsupported_media_type"],
    ["two codings", gzipSync(gzipSync("{}")), "gzip, gzip", "unsupported_media_type"],
  ])("refuses %s", async (_, body, coding, code) => {
    await expect(sent(body, coding)).rejects.toMatchObject({ code });
  });
});

it.each([
  ["application/json", true],
  ["application/json; charset=utf-8", true],
  ["APPLICATION/JSON", true],
  ["application/jsonp", false],
  ["text/plain", false],
  ["application/x-www-form-urlencoded", false],
  [null, false],
])("takes the content type %s as JSON: %s", (type, taken) => {
  const request = new Request("https://x.example", { headers: type ? { "content-type": type } : {} });
  const check = () => requireJson(request);
  if (taken) check();
  else expect(check).toThrow(expect.objectContaining({ code: "unsupported_media_type" }));
});

it.each(["", "{", "{'a':1}", "NaN", "[1,]"])("calls %j malformed", (text) => {
  expect(() => parseJson(Buffer.from(text))).toThrow(expect.objectContaining({ code: "malformed" }));
});

it("takes JSON in UTF-8 only", () => {
  expect(parseJson(Buffer.from('{"name":"Zoë"}'))).toEqual({ name: "Zoë" });
  expect(() => parseJson(Buffer.from('{"name":"Zoë"}', "latin1"))).toThrow(
    expect.objectContaining({ code: "malformed" }),
  );
});

describe("parseInput", () => {
  const Schema = z.object({ runs: z.array(z.object({ rows: z.int() })) });

  it("names each field by its path", () => {
    expect(() => parseInput(Schema, { runs: [{ rows: 1 }, { rows: "2" }] }, "body")).toThrow(
      expect.objectContaining({ code: "invalid", errors: { "runs.1.rows": [expect.any(String)] } }),
    );
    expect(() => parseInput(Schema, null, "body")).toThrow(
      expect.objectContaining({ errors: { body: [expect.any(String)] } }),
    );
  });

  it("refuses as malformed where that is asked for, naming the fields all the same", () => {
    expect(() => parseInput(Schema, { runs: 1 }, "body", "malformed")).toThrow(
      expect.objectContaining({ code: "malformed", errors: { runs: [expect.any(String)] } }),
    );
  });

  it("names at most 50 fields, in messages of bounded length", () => {
    const Echo = z.array(z.string().refine(() => false, { error: (issue) => String(issue.input) }));
    try {
      parseInput(
        Echo,
        Array.from({ length: 500 }, () => "x".repeat(10_000)),
        "body",
      );
      expect.unreachable();
    } catch (error) {
      const { errors } = error as { errors: Record<string, string[]> };
      expect(Object.keys(errors)).toHaveLength(50);
      expect(errors["0"]![0]!.length).toBe(300);
    }
  });
});

it.each([
  ["abc-1.2_3", true],
  ["", false],
  ["a b", false],
  ["x".repeat(65), false],
  ["a\nb", false],
  [null, false],
])("keeps the request id %j: %s", (given, kept) => {
  if (kept) expect(requestIdFrom(given)).toBe(given);
  else expect(requestIdFrom(given)).toMatch(/^[0-9a-f-]{36}$/);
});
