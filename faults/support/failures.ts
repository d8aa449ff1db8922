const SHOWN_PER_KIND = 2;
const SHOWN_LENGTH = 900;

/** What a fuzz found, a few examples of each kind. */
export class Failures {
  readonly #kinds = new Map<string, { count: number; examples: string[] }>();

  add(kind: string, example: readonly string[]): void {
    const known = this.#kinds.get(kind) ?? { count: 0, examples: [] };
    known.count += 1;
    if (known.examples.length < SHOWN_PER_KIND)
      known.examples.push(example.map((line) => `    ${shorten(line)}`).join("\n"));
    this.#kinds.set(kind, known);
  }

  /** Empty when nothing was found. */
  toString(): string {
    return [...this.#kinds]
      .map(([kind, { count, examples }]) => [`${count} × ${kind}`, ...examples].join("\n"))
      .join("\n\n");
  }
}

const shorten = (line: string): string =>
  line
    .replaceAll(/(.{1,6}?)\1{20,}/gsu, (all, one: string) => `${one}…(${all.length} characters)`)
    .slice(0, SHOWN_LENGTH);
