import { type LookupAddress, lookup as resolveName } from "node:dns";
import { request } from "node:https";
import { BlockList, isIP, type LookupFunction } from "node:net";

/** What is not the public internet: our own machine, networks of companies and homes, and what clouds tell their machines by. */
const closed4 = new BlockList();
for (const [network, bits] of [
  ["0.0.0.0", 8],
  ["10.0.0.0", 8],
  ["100.64.0.0", 10],
  ["127.0.0.0", 8],
  ["169.254.0.0", 16],
  ["172.16.0.0", 12],
  ["192.0.0.0", 24],
  ["192.0.2.0", 24],
  ["192.88.99.0", 24],
  ["192.168.0.0", 16],
  ["198.18.0.0", 15],
  ["198.51.100.0", 24],
  ["203.0.113.0", 24],
  ["224.0.0.0", 3],
] as const)
  closed4.addSubnet(network, bits, "ipv4");
// A list of its own: one that holds the mapped addresses of IPv6 would hold all of IPv4.
const closed6 = new BlockList();
for (const [network, bits] of [
  // Unspecified, loopback, and IPv4 in its old clothes.
  ["::", 96],
  ["::ffff:0:0", 96],
  // Ways through which an IPv4 address is reached.
  ["64:ff9b::", 96],
  ["64:ff9b:1::", 48],
  ["2001::", 32],
  ["2002::", 16],
  ["100::", 64],
  ["2001:db8::", 32],
  ["fc00::", 7],
  ["fe80::", 10],
  ["fec0::", 10],
  ["ff00::", 8],
] as const)
  closed6.addSubnet(network, bits, "ipv6");

const isClosedAddress = (address: string): boolean =>
  isIP(address) === 6 ? closed6.check(address, "ipv6") : closed4.check(address, "ipv4");

/** Every address that a name stands for now. */
export type Resolve = (host: string) => Promise<LookupAddress[]>;

/** For tests. */
interface Ways {
  resolve?: Resolve;
  isClosed?: (address: string) => boolean;
}

const resolveBySystem: Resolve = (host) =>
  new Promise((done, fail) => {
    resolveName(host, { all: true }, (error, found) => (error ? fail(error) : done(found)));
  });

/**
 * Whether an address that somebody gave us leads to the public internet, by every address that its name stands for now.
 * A name that stands for nothing does not.
 */
export async function isPublicAddress(
  url: string,
  { resolve = resolveBySystem, isClosed = isClosedAddress }: Ways = {},
): Promise<boolean> {
  const { protocol, hostname } = new URL(url);
  if (protocol !== "https:") return false;
  const host = hostname.replace(/^\[|\]$/g, "");
  if (isIP(host)) return !isClosed(host);
  const found = await resolve(host).catch(() => []);
  return found.length > 0 && found.every(({ address }) => !isClosed(address));
}

/** A `lookup` for sockets: what it gives is what is connected to, so a name cannot stand for something else a moment later. */
const pinnedLookup =
  ({ resolve = resolveBySystem, isClosed = isClosedAddress }: Ways): LookupFunction =>
  (host, options, answer) => {
    resolve(host).then(
      (found) => {
        const [first] = found;
        if (!first || found.some(({ address }) => isClosed(address)))
          return answer(Object.assign(new Error("not public"), { code: "ENOTPUBLIC" }), "", 0);
        return options.all ? answer(null, found) : answer(null, first.address, first.family);
      },
      (error: NodeJS.ErrnoException) => answer(error, "", 0),
    );
  };

/**
 * Posts to an address that somebody gave us, like `fetch` as far as `postJson` uses it: to the public internet only, with
 * the name resolved once, and following no redirect. The answer's body is not read.
 * @throws TypeError as `fetch` does, its cause with a code; ENOTPUBLIC when the name stands for what is not public
 */
export function createPublicFetch(ways: Ways = {}): typeof fetch {
  return async (input, init) => {
    const url = String(input);
    if (!(await isPublicAddress(url, ways))) throw notPublic();
    return new Promise<Response>((answered, failed) => {
      const sent = request(
        url,
        {
          method: init?.method ?? "GET",
          headers: Object.fromEntries(new Headers(init?.headers)),
          lookup: pinnedLookup(ways),
          agent: false,
          ...(init?.signal ? { signal: init.signal } : {}),
        },
        (answer) => {
          const retryAfter = answer.headers["retry-after"];
          answered(
            new Response(null, {
              status: Math.max(200, answer.statusCode ?? 502),
              headers: retryAfter ? { "retry-after": retryAfter } : {},
            }),
          );
          answer.destroy();
        },
      );
      sent.once("error", (cause) =>
        failed(init?.signal?.aborted ? init.signal.reason : new TypeError("fetch failed", { cause })),
      );
      sent.end(typeof init?.body === "string" ? init.body : undefined);
    });
  };
}

const notPublic = () =>
  new TypeError("fetch failed", { cause: Object.assign(new Error("not public"), { code: "ENOTPUBLIC" }) });
