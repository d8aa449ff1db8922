import fc from "fast-check";

/** Text that has broken somebody's parser, database or page before. None of it can be mistaken for a leak of ours. */
export const hostileText: fc.Arbitrary<string> = fc.oneof(
  fc.constantFrom(
    "",
    " ",
    "\0",
    "a\0b",
    "\ud800",
    "\udfff\ud800",
    "\u202e\u2066",
    "\ufeff",
    "👩‍👩‍👧‍👦".repeat(50),
    "e\u0301".repeat(300),
    "' OR '1'='1",
    '"; DROP TABLE shops; --',
    "{}",
    "[]",
    "null",
    "true",
    "NaN",
    "-0",
    "1e309",
    "0x10",
    "2026-02-30",
    "0000-01-01",
    "9999-12-31",
    "-000001-01-01T00:00:00Z",
    "2026-11-25T23:59:60Z",
    "2026-11-25T00:00:00+23:59",
    "../../etc/passwd",
    "%00",
    "%s%n%x",
    "$(id)",
    "<script>alert(1)</script>",
    "{{7*7}}",
    "\r\nX-Injected: 1",
    "__proto__",
    "constructor",
    "hasOwnProperty",
  ),
  fc.constantFrom(200, 201, 2_000, 70_000).map((length) => "x".repeat(length)),
  fc.string({ unit: "binary", maxLength: 40 }),
);

/** JSON values of every kind, at their edges. */
export const hostileValue: fc.Arbitrary<unknown> = fc.oneof(
  fc.constantFrom<unknown>(
    null,
    true,
    false,
    0,
    -1,
    1.5,
    2 ** 31,
    2 ** 53,
    -(2 ** 53),
    1e308,
    [],
    {},
    [[]],
    [null],
    { length: -1 },
  ),
  hostileText,
  fc.constant("nested").map(() => nested(60)),
  fc.array(fc.integer(), { minLength: 600, maxLength: 600 }),
  fc.jsonValue({ maxDepth: 3 }),
);

function nested(depth: number): unknown {
  let value: unknown = 1;
  for (let level = 0; level < depth; level += 1) value = level % 2 === 0 ? [value] : { a: value };
  return value;
}

/** A valid value with one thing wrong: something replaced, left out or added, at any depth. */
export const spoiled = (valid: fc.Arbitrary<unknown>): fc.Arbitrary<unknown> =>
  fc
    .tuple(
      valid,
      fc.nat(10_000),
      hostileValue,
      fc.constantFrom("replace", "remove", "add" as const),
      hostileText,
    )
    .map(([value, where, put, how, name]) => spoil(structuredClone(value), where, put, how, name));

interface Place {
  holder: Record<string, unknown>;
  key: string;
}

function spoil(value: unknown, where: number, put: unknown, how: string, name: string): unknown {
  const root: Record<string, unknown> = { value };
  const places: Place[] = [];
  const visit = (holder: Record<string, unknown>) => {
    for (const [key, inner] of Object.entries(holder)) {
      places.push({ holder, key });
      if (typeof inner === "object" && inner !== null) visit(inner as Record<string, unknown>);
    }
  };
  visit(root);
  const { holder, key } = places[where % places.length]!;
  if (how === "replace") holder[key] = put;
  else if (how === "remove" && holder !== root) delete holder[key];
  else {
    const target = holder[key];
    if (Array.isArray(target)) target.push(put);
    // An own key of any name, `__proto__` too, as JSON.parse makes it.
    else if (typeof target === "object" && target !== null)
      Object.defineProperty(target, name, {
        value: put,
        enumerable: true,
        configurable: true,
        writable: true,
      });
    else holder[key] = put;
  }
  return root.value;
}
