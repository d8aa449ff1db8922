import { afterAll, afterEach, expect } from "vitest";

// A warning nobody expected fails the test it appeared in. A test that expects one puts its own spy on console.
const unexpected: string[] = [];
for (const level of ["error", "warn"] as const) {
  console[level] = (...words: unknown[]) => {
    unexpected.push(
      `console.${level}: ${words.map((word) => (word instanceof Error ? word.stack : String(word))).join(" ")}`,
    );
  };
}

function expectQuietConsole(): void {
  expect(unexpected.splice(0), "the console was expected to stay quiet").toEqual([]);
}
afterEach(expectQuietConsole);
afterAll(expectQuietConsole);

// Polaris asks for it on import; jsdom-like windows have none.
if (typeof window !== "undefined" && typeof window.matchMedia !== "function") {
  window.matchMedia = (media) => ({
    media,
    matches: false,
    onchange: null,
    addListener: () => undefined,
    removeListener: () => undefined,
    addEventListener: () => undefined,
    removeEventListener: () => undefined,
    dispatchEvent: () => false,
  });
}
