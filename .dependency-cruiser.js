/**
 * Who may import whom (docs/architecture.md). Every rule is an error; docs/import-rules.test.ts plants a violation of each.
 * @type {import("dependency-cruiser").IConfiguration}
 */
const test = "\\.test\\.tsx?$";
const scaffolding = [test, "^e2e/", "^faults/", "^bench/", "^docs/"];
const pure = { path: "^app/modules/", pathNot: ["\\.server\\.tsx?$", test] };
const errors = "^app/platform/errors\\.ts$";
const packages = (...names) => `(^|/)node_modules/(${names.join("|")})/`;

/** A room's own files may import these of ours, and nothing else of ours. */
const room = (name, comment, from, allowed) => ({
  name,
  comment,
  severity: "error",
  from: { ...from, pathNot: [...(from.pathNot ?? []), test] },
  to: { path: "^(app|jobs|prisma|demo|e2e|faults|bench)/", pathNot: allowed },
});

export default {
  forbidden: [
    room(
      "routes",
      "A route parses, calls one function and answers: ui, modules, platform, openapi, and app's own .server files (shopify, merchant).",
      { path: "^app/routes/" },
      ["^app/(ui|modules|platform)/", "^app/([^/]+\\.server|openapi)\\.ts$"],
    ),
    room("ui", "Pieces of pages show decisions: pure modules only.", { path: "^app/ui/" }, [
      "^app/ui/",
      "^app/modules/(?!.*\\.server\\.tsx?$)",
    ]),
    {
      name: "ui-packages",
      comment: "Of packages, ui takes Polaris, React, Remix' React half, and D3's arithmetic of charts.",
      severity: "error",
      from: { path: "^app/ui/", pathNot: test },
      to: {
        dependencyTypes: ["npm", "npm-dev", "npm-optional", "npm-peer", "npm-no-pkg", "npm-unknown", "core"],
        pathNot: [
          packages(
            "@shopify/polaris",
            "@shopify/polaris-icons",
            "react",
            "react-dom",
            "@types/react",
            "@types/react-dom",
            "@remix-run/react",
            "d3-scale",
            "d3-shape",
            "@types/d3-scale",
            "@types/d3-shape",
          ),
        ],
      },
    },
    room("pure-modules", "A file without .server only decides: pure files and errors.ts.", pure, [
      "^app/modules/(?!.*\\.server\\.tsx?$)",
      errors,
    ]),
    {
      name: "pure-modules-packages",
      comment:
        "A file without .server takes zod and the calendar (temporal-polyfill), nothing that touches the world.",
      severity: "error",
      from: pure,
      to: {
        dependencyTypes: ["npm", "npm-dev", "npm-optional", "npm-peer", "npm-no-pkg", "npm-unknown", "core"],
        pathNot: [packages("zod", "temporal-polyfill")],
      },
    },
    room(
      "server-modules",
      "Modules reach the world through integrations and platform.",
      { path: "^app/modules/.*\\.server\\.tsx?$" },
      ["^app/(modules|integrations|platform)/", "^jobs/catalog\\.ts$"],
    ),
    room(
      "integrations",
      "An integration speaks one outside system's API and knows nothing of the product. Folders that begin with one vendor's name share its API.",
      { path: "^app/integrations/([^/-]+)" },
      ["^app/integrations/$1[/-]", "^app/platform/"],
    ),
    room("platform", "Plumbing any app could use knows no domain word.", { path: "^app/platform/" }, [
      "^app/platform/",
      "^prisma/generated/",
      "^jobs/catalog\\.ts$",
    ]),
    room("tasks", "A task parses and calls a module.", { path: "^jobs/tasks/" }, [
      "^app/(modules|platform)/",
      "^jobs/(catalog|define-task)\\.ts$",
    ]),
    room(
      "jobs",
      "The worker's own files see tasks, modules and platform.",
      { path: "^jobs/", pathNot: ["^jobs/tasks/", "^jobs/catalog\\.ts$"] },
      ["^jobs/", "^app/(modules|platform)/"],
    ),
    room(
      "catalog",
      "The catalogue of tasks stands alone: web and worker both read it.",
      { path: "^jobs/catalog\\.ts$" },
      ["^$"],
    ),
    room(
      "shell",
      "The document shell, the Shopify SDK and the API document do not reach behind modules.",
      { path: "^app/[^/]+\\.tsx?$", pathNot: ["^app/server\\.ts$"] },
      [
        "^app/(ui|modules|platform|integrations/shopify)/",
        "^app/[^/]+\\.server\\.ts$",
        "^app/openapi-[^/]+\\.ts$",
      ],
    ),
    {
      name: "server-takes-the-bundle",
      comment:
        "app/server.ts takes app code from the built bundle: imported twice, a module would mean two pools.",
      severity: "error",
      from: { path: "^app/server\\.ts$" },
      to: { path: "^(app|jobs|prisma)/", dependencyTypesNot: ["type-only"] },
    },
    {
      name: "app-sees-only-the-catalog-of-jobs",
      comment: "From app/, only jobs/catalog.ts is seen of jobs/.",
      severity: "error",
      from: { path: "^app/", pathNot: test },
      to: { path: "^jobs/", pathNot: "^jobs/catalog\\.ts$" },
    },
    {
      name: "prisma-client-in-platform",
      comment: "The generated client and pg are platform's: everybody else takes a transaction.",
      severity: "error",
      from: { path: "^app/", pathNot: ["^app/platform/", test] },
      to: { path: ["^prisma/", packages("@prisma/[^/]+", "pg")] },
    },
    {
      name: "migrations-stand-alone",
      comment: "The release step runs before, and without, the app.",
      severity: "error",
      from: { path: "^prisma/", pathNot: test },
      to: { path: "^(app|jobs|demo|e2e|faults|bench)/" },
    },
    {
      name: "nobody-imports-a-route",
      severity: "error",
      from: { pathNot: scaffolding },
      to: { path: "^app/routes/" },
    },
    {
      name: "nobody-imports-the-demo",
      severity: "error",
      from: { pathNot: ["^demo/", ...scaffolding] },
      to: { path: "^demo/" },
    },
    {
      name: "nobody-imports-tests",
      comment: "Tests, their support and benches are seen by tests and benches only.",
      severity: "error",
      from: { pathNot: scaffolding },
      to: { path: [test, "^e2e/", "^faults/", "^bench/"] },
    },
    {
      name: "no-cycles",
      severity: "error",
      from: {},
      to: { circular: true },
    },
    {
      name: "resolves",
      comment: "An import nobody can follow is an import no rule can judge.",
      severity: "error",
      from: {},
      to: { couldNotResolve: true },
    },
    {
      name: "ships-with-its-packages",
      comment: "What runs in production stands in dependencies. Vite serves development only.",
      severity: "error",
      from: { path: "^(app|jobs|prisma)/", pathNot: test },
      to: {
        dependencyTypes: ["npm-dev", "npm-optional", "npm-no-pkg"],
        dependencyTypesNot: ["type-only"],
        pathNot: "^node_modules/vite/",
      },
    },
  ],
  options: {
    doNotFollow: { path: ["node_modules", "^prisma/generated"] },
    exclude: { path: "^build/" },
    tsConfig: { fileName: "tsconfig.json" },
    tsPreCompilationDeps: true,
    detectJSDocImports: false,
    enhancedResolveOptions: {
      exportsFields: ["exports"],
      conditionNames: ["import", "node", "types", "default"],
      mainFields: ["module", "main", "types"],
      extensions: [".ts", ".tsx", ".js", ".mjs", ".cjs", ".d.ts", ".json"],
    },
    skipAnalysisNotInRules: true,
  },
};
