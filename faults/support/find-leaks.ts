import { type FuzzShop, idsOf, markerPattern } from "./fuzz-shops.ts";

const uuidPattern = /[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}/gi;

/** How code, files and statements of ours look. */
const inside: readonly RegExp[] = [
  /\n\s+at .+[:(]\d+/,
  /node_modules/,
  /\bprisma/i,
  /graphile/i,
  /\b(?:SELECT|INSERT INTO|UPDATE|DELETE FROM)\s+[\w"*]+/,
  /\bpg_|relation "|violates .* constraint|invalid input syntax/,
  /\/(?:app|build|jobs)\/[\w./-]+\.(?:ts|tsx|js)/,
  /postgres(?:ql)?:\/\//,
];

/** @param reader whose answer it is: a shop's, staff's, who may read of every shop, or nobody's */
export type FindLeak = (text: string, reader: FuzzShop | "staff" | null, sent: string) => string | null;

/**
 * Finds in an answer what is not for its reader: another shop's name or ids, a secret, our code or SQL. What the sender
 * itself sent may come back to it.
 */
export function leakFinder(shops: readonly FuzzShop[], secrets: readonly string[]): FindLeak {
  const holderOf = new Map(
    shops.flatMap((shop) => [shop.marker, ...idsOf(shop)].map((word) => [word, shop])),
  );
  const kept = [
    ...secrets,
    ...shops.flatMap(({ key, expiredKey, airbyteToken }) =>
      [key, expiredKey].flatMap((one) => [one.bearerKey, one.signingSecret]).concat(airbyteToken),
    ),
  ];
  return (text, reader, sent) => {
    for (const [word] of [...text.matchAll(markerPattern), ...text.matchAll(uuidPattern)]) {
      const holder = holderOf.get(word.toLowerCase());
      if (holder && reader !== "staff" && holder !== reader && !sent.includes(word))
        return `another shop's "${word}"`;
    }
    const secret = kept.find((one) => text.includes(one));
    if (secret) return `a secret, "${secret.slice(0, 6)}…"`;
    const pattern = inside.find((one) => one.test(text));
    return pattern && !pattern.test(sent) ? `something of our insides, ${pattern}` : null;
  };
}
