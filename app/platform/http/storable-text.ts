const MESSAGE = "must be text, without zero bytes and broken characters";

/**
 * Fields whose text Postgres cannot store, with a message each: a zero byte, half a surrogate pair. Looks at any depth,
 * at the names of fields too.
 * @param root what the whole is called when no field can be named
 */
export function findUnstorableText(value: unknown, root: string): Record<string, string[]> {
  const errors: Record<string, string[]> = {};
  // A list of what is left to look at: input may be nested deeper than calls can be.
  const left: { part: unknown; path: string }[] = [{ part: value, path: "" }];
  for (let next = left.pop(); next; next = left.pop()) {
    const { part, path } = next;
    if (typeof part === "string") {
      if (part.includes("\0") || !part.isWellFormed()) errors[path || root] = [MESSAGE];
    } else if (typeof part === "object" && part !== null) {
      for (const [name, inner] of Object.entries(part)) {
        left.push({ part: name, path }, { part: inner, path: path ? `${path}.${name}` : name });
      }
    }
  }
  return errors;
}
