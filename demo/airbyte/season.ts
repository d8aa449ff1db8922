const dayMs = 86_400_000;
/** Sunday first: busiest towards the weekend. */
const weekdayShape = [1.14, 0.98, 0.92, 0.93, 0.96, 1.02, 1.05];
/** 1 January 2027: around then the shops are of their ordinary size. */
const ordinaryDay = 20_819;
const growthPerDay = 0.0012;

/**
 * How busy a shop's UTC day is relative to an ordinary one: its weekday, slow growth, and noise of a few per cent. Follows
 * from shop and day alone, so that reading a stretch again gives the same rows.
 */
export function seasonOf(shopDomain: string, at: Date): number {
  const day = Math.floor(at.getTime() / dayMs);
  const growth = Math.min(2.5, Math.max(0.5, 1 + (day - ordinaryDay) * growthPerDay));
  const noise = 0.96 + 0.08 * randomFrom(`${shopDomain}:season:${day}`)();
  return (weekdayShape[new Date(at).getUTCDay()] ?? 1) * growth * noise;
}

/** mulberry32 over an FNV-1a hash: small, repeatable. */
export function randomFrom(text: string): () => number {
  let seed = 2166136261;
  for (let n = 0; n < text.length; n += 1) seed = Math.imul(seed ^ text.charCodeAt(n), 16777619);
  return () => {
    seed = (seed + 0x6d2b79f5) | 0;
    let t = Math.imul(seed ^ (seed >>> 15), 1 | seed);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}
