import { readdirSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { buildOpenApiDocument, operations } from "./openapi.ts";

const document = JSON.parse(JSON.stringify(buildOpenApiDocument()));

/** `/api/a/{id}` of `api.a.$id.ts`. */
const addressOf = (file: string) =>
  `/${file
    .replace(/\.tsx?$/, "")
    .replace("._index", "")
    .replace("[.]", "\0")
    .replaceAll(".", "/")
    .replaceAll(/\$(\w+)/g, "{$1}")
    .replace("\0", ".")}`;

it("holds every route file under /api, and nothing else", () => {
  const files = readdirSync(new URL("routes", import.meta.url)).filter(
    (file) => file.startsWith("api.") && file !== "api.$.ts",
  );
  expect(operations.map(({ path }) => path).sort()).toEqual(files.map(addressOf).sort());
});

it("is OpenAPI 3.1, with every reference resolving", () => {
  expect(document.openapi).toBe("3.1.0");
  const references = [...JSON.stringify(document).matchAll(/"\$ref":"#\/components\/schemas\/(\w+)"/g)].map(
    ([, name]) => name!,
  );
  expect(references.length).toBeGreaterThan(10);
  for (const name of references) expect(document.components.schemas).toHaveProperty(name);
});

describe.each(operations)("$method $path", ({ method, path, id, security, refusals }) => {
  const operation = document.paths[path][method];

  it("has a name of its own, and says who may call it", () => {
    expect(operations.filter((other) => other.id === id)).toHaveLength(1);
    expect(operation.operationId).toBe(id);
    for (const scheme of operation.security.flatMap(Object.keys))
      expect(document.components.securitySchemes).toHaveProperty(scheme);
    expect(operation.security.length).toBe(security ? 1 : 0);
  });

  it("describes each parameter of its path", () => {
    const named = [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name);
    const described = (operation.parameters ?? []).filter((one: { in: string }) => one.in === "path");
    expect(
      described.map(({ name, required }: { name: string; required: boolean }) => [name, required]),
    ).toEqual(named.map((name) => [name, true]));
  });

  it("describes its answers and its refusals as problems", () => {
    for (const status of refusals)
      expect(operation.responses[status].content).toHaveProperty("application/problem+json");
    const good = Object.keys(operation.responses).filter((status) => status.startsWith("2"));
    expect(good).toHaveLength(1);
    expect(refusals.includes(401)).toBe(security !== null);
  });
});
