import { createServer as createTlsServer } from "node:https";
import { createServer, type Server } from "node:net";
import tls from "node:tls";
import { afterEach, expect, test } from "vitest";
import { selfSigned } from "#e2e/support/self-signed.ts";
import { postJson } from "./post-json.ts";
import { createPublicFetch, isPublicAddress, type Resolve } from "./public-address.server.ts";

test.each([
  ["https://93.184.215.14/hook", true],
  ["https://[2606:4700::6810:84e5]/", true],
  ["https://172.32.0.1/", true],
  ["http://93.184.215.14/", false],
  ["file:///etc/passwd", false],
  ["https://127.0.0.1/", false],
  ["https://127.0.0.1./", false],
  // Other ways to write it, which URL reads as browsers do.
  ["https://127.1/", false],
  ["https://2130706433/", false],
  ["https://0x7f.0.0.1/", false],
  ["https://0x7f000001/", false],
  ["https://0177.0.0.1/", false],
  ["https://１２７.0.0.1/", false],
  ["https://localhost/", false],
  ["https://localhost./", false],
  ["https://0.0.0.0/", false],
  ["https://10.1.2.3/", false],
  ["https://172.16.0.1/", false],
  ["https://192.168.1.1/", false],
  ["https://169.254.169.254/latest/meta-data", false],
  ["https://100.64.0.1/", false],
  ["https://255.255.255.255/", false],
  ["https://[::]/", false],
  ["https://[::1]/", false],
  ["https://[::ffff:127.0.0.1]/", false],
  ["https://[::ffff:7f00:1]/", false],
  ["https://[::127.0.0.1]/", false],
  ["https://[64:ff9b::a9fe:a9fe]/", false],
  ["https://[2002:7f00:1::]/", false],
  ["https://[fd00::1]/", false],
  ["https://[fe80::1]/", false],
  ["https://no-such-name.invalid/", false],
])("%s: %s", async (url, expected) => {
  expect(await isPublicAddress(url)).toBe(expected);
});

test.each([
  ["all public", ["93.184.215.14", "2606:4700::6810:84e5"], true],
  ["one of several private", ["93.184.215.14", "10.0.0.1"], false],
  ["a mapped private one", ["::ffff:10.0.0.1"], false],
  ["none", [], false],
])("a name that stands for %s", async (_, addresses, expected) => {
  expect(await isPublicAddress("https://pipeline.example/", { resolve: names(addresses) })).toBe(expected);
});

const names =
  (...answers: string[][]): Resolve =>
  async () =>
    // The last answer stays.
    (answers.length > 1 ? answers.shift()! : answers[0]!).map((address) => ({
      address,
      family: address.includes(":") ? 6 : 4,
    }));

let listener: Server | undefined;
afterEach(() => listener?.close());

/** Something on this machine that counts who knocks. */
async function listen(): Promise<{ port: number; knocks: () => number }> {
  let knocks = 0;
  listener = createServer((socket) => {
    knocks += 1;
    socket.destroy();
  });
  await new Promise<void>((ready) => listener!.listen(0, "127.0.0.1", ready));
  const address = listener.address();
  return { port: typeof address === "object" ? address!.port : 0, knocks: () => knocks };
}

test("a name that stands for this machine once it was found public is not connected to", async () => {
  const { port, knocks } = await listen();
  const rebinding = names(["93.184.215.14"], ["127.0.0.1"]);
  const outcome = await postJson(
    `https://rebind.example:${port}/`,
    {},
    { fetch: createPublicFetch({ resolve: rebinding }) },
  );
  expect(outcome).toEqual({ kind: "no_answer", reason: "ENOTPUBLIC" });
  expect(knocks()).toBe(0);
});

test.each(["https://127.0.0.1", "https://[::ffff:127.0.0.1]", "https://localhost", "http://127.0.0.1"])(
  "%s is not connected to",
  async (origin) => {
    const { port, knocks } = await listen();
    const outcome = await postJson(`${origin}:${port}/`, {}, { fetch: createPublicFetch() });
    expect(outcome).toEqual({ kind: "no_answer", reason: "ENOTPUBLIC" });
    expect(knocks()).toBe(0);
  },
);

test("what does not answer in time is given up", async () => {
  const silent: Resolve = () => new Promise(() => undefined);
  const hanging = names(["93.184.215.14"]);
  let asked = 0;
  const resolve: Resolve = (host) => (asked++ === 0 ? hanging(host) : silent(host));
  const options = { fetch: createPublicFetch({ resolve }), timeoutMs: 200 };
  expect(await postJson("https://slow.example/", {}, options)).toEqual({
    kind: "no_answer",
    reason: "timed out",
  });
});

test("what is public is posted to, its answer told, and no redirect followed", async () => {
  const trusted = tls.getCACertificates();
  tls.setDefaultCACertificates([...trusted, selfSigned.cert]);
  const received: string[] = [];
  const server = createTlsServer(selfSigned, async (request, response) => {
    let body = "";
    for await (const part of request) body += part;
    received.push(`${request.method} ${request.url} ${request.headers["x-a"]} ${body}`);
    const status = Number(request.url!.slice(1));
    response.writeHead(status, { location: "/200", "retry-after": "7" }).end("words of the answer");
  });
  await new Promise<void>((ready) => server.listen(0, "127.0.0.1", ready));
  const address = server.address();
  const origin = `https://pipeline.example:${typeof address === "object" ? address!.port : 0}`;
  const fetch = createPublicFetch({ resolve: names(["127.0.0.1"]), isClosed: () => false });
  try {
    for (const status of [200, 204, 302, 307, 429, 500]) {
      const outcome = await postJson(`${origin}/${status}`, { a: 1 }, { fetch, headers: { "x-a": "b" } });
      expect(outcome).toEqual({ kind: "answered", status, retryAfterSeconds: 7 });
      expect(received.splice(0)).toEqual([`POST /${status} b {"a":1}`]);
    }
    tls.setDefaultCACertificates(trusted);
    expect(await postJson(`${origin}/200`, {}, { fetch })).toMatchObject({ kind: "no_answer" });
    expect(received).toEqual([]);
  } finally {
    tls.setDefaultCACertificates(trusted);
    server.closeAllConnections();
    server.close();
  }
});
