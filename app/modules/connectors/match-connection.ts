import { type Source, sourceKeys, sources } from "./sources.ts";

export interface ConnectionFacts {
  /** The Airbyte source's own name and its type, e.g. "Facebook Marketing" and "facebook-marketing". */
  sourceName: string;
  sourceType: string;
  streams: readonly string[];
}

export type ConnectionMatch = { matched: readonly [Source, ...Source[]] } | { unmatched: string };

/**
 * Which of our sources an Airbyte connection feeds. The type decides; the name, which anyone may edit, only when there is
 * no type. Where the catalogue names streams, they must be among the connection's: one Shopify connection feeds orders
 * and refunds. What fits nothing stays unmatched, with the reason for staff.
 */
export function matchConnection({ sourceName, sourceType, streams }: ConnectionFacts): ConnectionMatch {
  const called = normalize(sourceType) || normalize(sourceName);
  if (!called) return { unmatched: "Airbyte names neither the source's type nor its name." };
  const candidates = sourceKeys.filter((key) => namesOf(key).includes(called));
  if (candidates.length === 0) return { unmatched: `No source of ours is called "${called}".` };
  const present = new Set(streams);
  const [first, ...others] = candidates.filter((key) =>
    (sources[key].airbyte?.streams ?? []).every((stream) => present.has(stream)),
  );
  if (first) return { matched: [first, ...others] };
  const wanted = candidates.flatMap((key) => sources[key].airbyte?.streams ?? []);
  return { unmatched: `It syncs none of the streams ${wanted.join(", ")}.` };
}

/** How Airbyte's types differ from its names, where dashes for spaces is not all. */
const typeNames: Readonly<Partial<Record<Source, readonly string[]>>> = {
  ga4: ["google analytics data api"],
};

const namesOf = (source: Source) => [
  ...(sources[source].airbyte?.sourceNames ?? []).map(normalize),
  ...(typeNames[source] ?? []),
];

const normalize = (name: string) =>
  name
    .toLowerCase()
    .replaceAll(/[-_\s]+/g, " ")
    .trim()
    .replace(/^source /, "");
