import { lookup } from "node:dns/promises";
import { BlockList, isIP } from "node:net";

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
  ["192.168.0.0", 16],
  ["198.18.0.0", 15],
  ["224.0.0.0", 3],
] as const)
  closed4.addSubnet(network, bits, "ipv4");
// A list of its own: one that holds the mapped addresses of IPv6 would hold all of IPv4.
const closed6 = new BlockList();
for (const [network, bits] of [
  ["::", 128],
  ["::1", 128],
  ["::ffff:0:0", 96],
  ["64:ff9b::", 96],
  ["fc00::", 7],
  ["fe80::", 10],
  ["ff00::", 8],
] as const)
  closed6.addSubnet(network, bits, "ipv6");

const isClosed = (address: string): boolean =>
  isIP(address) === 6 ? closed6.check(address, "ipv6") : closed4.check(address, "ipv4");

/**
 * Whether an address that somebody gave us leads to the public internet, by every address that its name stands for now.
 * A name that stands for nothing does not.
 */
export async function isPublicAddress(url: string): Promise<boolean> {
  const { protocol, hostname } = new URL(url);
  if (protocol !== "https:") return false;
  const host = hostname.replace(/^\[|\]$/g, "");
  if (isIP(host)) return !isClosed(host);
  try {
    const found = await lookup(host, { all: true });
    return found.length > 0 && found.every(({ address }) => !isClosed(address));
  } catch {
    return false;
  }
}
