/** The middle value; of an even number of values the upper of the two in the middle. */
export const median = (values: readonly number[]): number => percentile(values, 50);

/** The value that `percent` per cent of the values do not exceed. */
export function percentile(values: readonly number[], percent: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor((sorted.length * percent) / 100))] ?? Number.NaN;
}

export async function secondsOf(work: () => Promise<unknown>): Promise<number> {
  const start = performance.now();
  await work();
  return (performance.now() - start) / 1000;
}

/** A small table, numbers to the right. */
export function printTable(columns: readonly string[], rows: readonly (readonly string[])[]): void {
  const widths = columns.map((column, index) =>
    Math.max(column.length, ...rows.map((row) => (row[index] ?? "").length)),
  );
  const line = (cells: readonly string[]) =>
    cells
      .map((cell, index) => (index === 0 ? cell.padEnd(widths[0]!) : cell.padStart(widths[index]!)))
      .join("   ");
  console.log(line(columns));
  for (const row of rows) console.log(line(row));
}

/** One line per goal. A figure that could not be taken does not meet it. */
export function printGoal(what: string, value: number, limit: number, digits = 2): void {
  const isMet = value <= limit;
  console.log(`goal: ${what} at most ${limit}: ${value.toFixed(digits)}, ${isMet ? "met" : "not met"}`);
}
