/** Ascending copy. */
export const ascending = (values: readonly number[]): Float64Array => Float64Array.from(values).sort();

/** Quantile of an ascending list by linear interpolation; 0 of an empty one. */
export function quantileOf(sorted: ArrayLike<number>, share: number): number {
  if (sorted.length === 0) return 0;
  const position = (sorted.length - 1) * share;
  const below = Math.floor(position);
  const fraction = position - below;
  const low = sorted[below]!;
  return fraction === 0 ? low : low + (sorted[below + 1]! - low) * fraction;
}

/** Median; 0 of an empty list. */
export const median = (values: readonly number[]): number => quantileOf(ascending(values), 0.5);

/** The largest but one; 0 where there are fewer than two. */
export const secondLargest = (sorted: ArrayLike<number>): number => sorted[sorted.length - 2] ?? 0;
