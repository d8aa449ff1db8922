import { readdirSync, readFileSync } from "node:fs";
import { Ajv2020 } from "ajv/dist/2020.js";
import addFormats from "ajv-formats";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  DatasetEvent,
  findFutureInstant,
  JobEvent,
  kindOfEvent,
  RunEvent,
  statusSaidBy,
  toSyncRunReport,
} from "./lineage-event.ts";

type Json = Record<string, unknown>;
type JsonSchema = Json & { $defs?: Record<string, JsonSchema>; properties?: Record<string, JsonSchema> };

const specs = new URL("../../../specs/openlineage/", import.meta.url);
const read = (path: string): JsonSchema & { $id: string } =>
  JSON.parse(readFileSync(new URL(path, specs), "utf8"));
const core = read("OpenLineage.json");
const facetFiles = readdirSync(new URL("facets", specs)).map((name) => read(`facets/${name}`));

const ajv = new Ajv2020({ strict: false, allErrors: true });
addFormats.default(ajv);
for (const file of [core, ...facetFiles]) ajv.addSchema(file);
const facetFile = (name: string) => facetFiles.find(({ $id }) => $id.endsWith(`/${name}.json`))!.$id;

const whereThereIs = (keys: string[], schema: Json) => ({
  anyOf: [{ not: { required: keys } }, { properties: schema }],
});
/** The vendor's schema with the two facets that are read: an event's own schema leaves facets open. */
const vendorAccepts = ajv.compile({
  allOf: [
    { $ref: core.$id },
    whereThereIs(["job"], {
      outputs: {
        items: { properties: { outputFacets: { $ref: facetFile("OutputStatisticsOutputDatasetFacet") } } },
      },
    }),
    whereThereIs(["run", "job"], {
      run: { properties: { facets: { $ref: facetFile("ErrorMessageRunFacet") } } },
    }),
  ],
});
const schemas = { run: RunEvent, job: JobEvent, dataset: DatasetEvent };
const weAccept = (event: unknown) => schemas[kindOfEvent(event)].safeParse(event).success;

const facetHead = {
  _producer: "https://etl.example/v1",
  _schemaURL: "https://openlineage.io/spec/2-0-2/OpenLineage.json#/$defs/BaseFacet",
};
const head = {
  eventTime: "2026-11-24T06:00:00.123456+02:00",
  producer: "https://etl.example/v1",
  schemaURL: "https://openlineage.io/spec/2-0-2/OpenLineage.json#/$defs/RunEvent",
};
const job = { namespace: "etl", name: "klaviyo" };
const output = (outputStatistics: Json) => ({
  namespace: "postgres://warehouse:5432",
  name: "db.public.events",
  outputFacets: { outputStatistics: { ...facetHead, ...outputStatistics } },
});
const runEvent = () => ({
  ...head,
  eventType: "FAIL",
  run: {
    runId: "01938e2a-7f4c-7b1d-9c3e-5a6b7c8d9e0f",
    facets: { errorMessage: { ...facetHead, message: "It broke.", programmingLanguage: "PYTHON" } },
  },
  job,
  inputs: [{ namespace: "https://a.klaviyo.com", name: "events" }],
  outputs: [output({ rowCount: 3, size: 40 }), output({ fileCount: 1 })],
});

/** A value of a schema: with what it requires and no more, or with all that it names. */
function exampleOf(schema: JsonSchema, file: JsonSchema, all: boolean): unknown {
  const at = (reference: string): [JsonSchema, JsonSchema] => {
    const [id, name] = reference.split("#/$defs/") as [string, string];
    const owner = id ? [core, ...facetFiles].find(({ $id }) => $id === id)! : file;
    return [owner.$defs![name]!, owner];
  };
  if (typeof schema.$ref === "string") return exampleOf(...at(schema.$ref), all);
  if (schema.const !== undefined) return schema.const;
  if (Array.isArray(schema.enum)) return schema.enum[0];
  if (Array.isArray(schema.allOf)) {
    const parts = schema.allOf.map((part: JsonSchema) => exampleOf(part, file, all));
    const { allOf: _, ...own } = schema;
    return Object.assign({}, ...parts, own.properties ? exampleOf(own, file, all) : {});
  }
  const choice = (schema.oneOf ?? schema.anyOf) as JsonSchema[] | undefined;
  if (choice) return exampleOf(choice[0]!, file, all);
  switch (Array.isArray(schema.type) ? schema.type[0] : schema.type) {
    case "string":
      if (schema.format === "uri") return "https://etl.example/v1";
      if (schema.format === "date-time") return "2026-11-24T06:00:00Z";
      return schema.format === "uuid" ? "01938e2a-7f4c-7b1d-9c3e-5a6b7c8d9e0f" : "text";
    case "integer":
    case "number":
      return 1;
    case "boolean":
      return true;
    case "array":
      // A schema that contains itself, such as a field of fields, ends here.
      return all ? [exampleOf(schema.items as JsonSchema, file, false)] : [];
    case undefined:
      return schema.properties ? exampleOf({ ...schema, type: "object" }, file, all) : "text";
    default: {
      const required = (schema.required ?? []) as string[];
      const named = Object.entries(schema.properties ?? {});
      const wanted = all ? named : named.filter(([name]) => required.includes(name));
      return Object.fromEntries(wanted.map(([name, part]) => [name, exampleOf(part, file, all)]));
    }
  }
}

/** Where facets of a kind stand in an event. */
const places: Record<string, (facets: Json) => Json> = {
  RunFacet: (facets) => ({ run: { ...runEvent().run, facets } }),
  JobFacet: (facets) => ({ job: { ...job, facets } }),
  DatasetFacet: (facets) => ({ outputs: [{ ...output({}), facets }] }),
  InputDatasetFacet: (inputFacets) => ({ inputs: [{ namespace: "n", name: "n", inputFacets }] }),
  OutputDatasetFacet: (outputFacets) => ({ outputs: [{ namespace: "n", name: "n", outputFacets }] }),
};
const facets = facetFiles.flatMap((file) =>
  Object.entries(file.$defs!).flatMap(([name, schema]) => {
    const base = (Array.isArray(schema.allOf) ? (schema.allOf as JsonSchema[]) : [])
      .map((part) => String(part.$ref ?? "").split("#/$defs/")[1] ?? "")
      .find((of) => of in places);
    return base ? [{ name, base, file, key: Object.keys(file.properties!)[0]! }] : [];
  }),
);

describe("every facet of the vendor's is taken, where it stands in an event", () => {
  it("and there are facets for every place", () => {
    expect(facets.length).toBeGreaterThanOrEqual(facetFiles.length);
    expect(new Set(facets.map(({ base }) => base))).toEqual(new Set(Object.keys(places)));
  });

  it.each(facets)("$name of a $base", ({ name, base, file, key }) => {
    for (const all of [false, true]) {
      const facet = exampleOf(file.$defs![name]!, file, all);
      const validateFacet = ajv.getSchema(`${file.$id}#/$defs/${name}`)!;
      validateFacet(facet);
      expect(validateFacet.errors ?? []).toEqual([]);
      const event = { ...runEvent(), ...places[base]!({ [key]: facet }) };
      vendorAccepts(event);
      expect(vendorAccepts.errors ?? []).toEqual([]);
      expect(RunEvent.safeParse(event).error).toBeUndefined();
    }
  });

  it("so are facets and fields that nobody knows", () => {
    const custom = { ...facetHead, anything: [{ goes: null }] };
    const { run, ...event } = runEvent();
    const odd = { ...event, new: 1, run: { ...run, facets: { ...run.facets, acme_custom: custom } } };
    expect([vendorAccepts(odd), weAccept(odd)]).toEqual([true, true]);
  });

  it("however deep or many they are", () => {
    const depth = 100_000;
    const deep = JSON.parse(`${'{"a":['.repeat(depth)}${"]}".repeat(depth)}`);
    const many = Object.fromEntries(Array.from({ length: 20_000 }, (_, n) => [`facet_${n}`, custom(n)]));
    for (const odd of [{ deep }, many])
      expect(
        weAccept({ ...runEvent(), job: { ...job, facets: odd }, run: { ...runEvent().run, facets: odd } }),
      ).toBe(true);
    function custom(n: number) {
      return { ...facetHead, n };
    }
  });
});

describe("the kinds of event", () => {
  const dataset = { namespace: "n", name: "n" };
  const run = runEvent().run;
  it.each([
    ["a run's", { ...head, run, job }, "run"],
    ["a job's", { ...head, job, outputs: [output({ rowCount: 1 })] }, "job"],
    ["a dataset's", { ...head, dataset }, "dataset"],
    ["a dataset's, with a run beside it", { ...head, dataset, run }, "dataset"],
    ["a run's, with a dataset beside it", { ...head, dataset, run, job }, "run"],
  ])("%s", (_, event, kind) => {
    expect([vendorAccepts(event), weAccept(event), kindOfEvent(event)]).toEqual([true, true, kind]);
  });

  it.each([
    ["nothing", {}],
    ["no kind", head],
    ["a run without a job", { ...head, run }],
    ["a job and a dataset at once", { ...head, job, dataset }],
    ["an array", []],
    ["null", null],
    ["a text", "START"],
  ])("but not %s", (_, event) => {
    expect([vendorAccepts(event), weAccept(event)]).toEqual([false, false]);
  });
});

/** The event with something else, or nothing, at a path. */
function changed(event: Json, path: readonly (string | number)[], value: unknown): Json {
  const copy = structuredClone(event);
  let parent = copy;
  for (const step of path.slice(0, -1)) parent = parent[step] as Json;
  if (value === undefined) delete parent[path.at(-1)!];
  else parent[path.at(-1)!] = value;
  return copy;
}

const isObject = (value: unknown) => typeof value === "object" && value !== null && !Array.isArray(value);
const anyJson = fc.jsonValue({ maxDepth: 2 }) as fc.Arbitrary<unknown>;
const anything = fc.oneof(
  fc.constant(undefined),
  fc.constantFrom(null, "", 0, -1, 1.5, true, [], {}, [null], "START", "START ", "start", "DONE"),
  anyJson,
);
/** A facet that is an object without its head is the vendor's to refuse; we read nothing of it. */
const noObject = anything.filter((value) => !isObject(value));
const noText = anything.filter((value) => typeof value !== "string");
// Beyond 2^53 a count is refused, though the vendor knows no limit.
const countable = anything.filter((value) => !Number.isInteger(value) || Number.isSafeInteger(value));
const times = fc.oneof(
  anything,
  fc.constantFrom(
    ...[
      "2026-11-24",
      "2026-11-24T06:00:00",
      "2026-11-24T06:00Z",

      "06:00:00Z",
      "now",
    ],
    ...["2026-02-29T06:00:00Z", "2024-02-29T06:00:00Z", "2026-13-01T06:00:00Z", "2026-11-24T24:00:00Z"],
    ...[
      "2026-11-24T06:00:00.5Z",
      "2026-11-24T06:00:00.Z",
      "2026-11-24T06:00:00-11:30",
      "20261124T060000Z",
      "1764000000",
    ],
  ),
  fc
    .date({ min: new Date("2000-01-02Z"), max: new Date("2400-01-01Z"), noInvalidDate: true })
    .map((at) => at.toISOString()),
);
const ids = fc.oneof(
  anything,
  fc.uuid(),
  fc.uuid().map((id) => id.toUpperCase()),
  fc.uuid().map((id) => id.replaceAll("-", "")),
  fc.uuid().map((id) => `${id}0`),
);
const mutations: [(string | number)[], fc.Arbitrary<unknown>][] = [
  [["eventTime"], times],
  [["producer"], noText],
  [["schemaURL"], noText],
  [["eventType"], anything],
  [["run"], anything],
  [["run", "runId"], ids],
  [["run", "facets"], noObject],
  [["run", "facets", "errorMessage"], noObject],
  [["run", "facets", "errorMessage", "message"], anything],
  [["job"], anything],
  [["job", "namespace"], anything],
  [["job", "name"], anything],
  [["inputs"], anything],
  [["inputs", 0], anything.filter((value) => value !== undefined)],
  [["inputs", 0, "name"], anything],
  [["outputs"], anything],
  [["outputs", 0], anything.filter((value) => value !== undefined)],
  [["outputs", 1, "namespace"], anything],
  [["outputs", 0, "outputFacets"], noObject],
  [["outputs", 0, "outputFacets", "outputStatistics"], noObject],
  [["outputs", 0, "outputFacets", "outputStatistics", "rowCount"], countable],
  [["outputs", 1, "outputFacets", "outputStatistics", "size"], countable],
];

describe("of what is read, exactly what the vendor's schema refuses is refused", () => {
  it.each(mutations)("%j", (path, values) => {
    expect([vendorAccepts(runEvent()), weAccept(runEvent())]).toEqual([true, true]);
    fc.assert(
      fc.property(values, (value) => {
        const event = changed(runEvent(), path, value);
        expect(weAccept(event)).toBe(vendorAccepts(event));
      }),
      { numRuns: 300 },
    );
  });

  it("even when several fields are changed", () => {
    const many = fc.array(
      fc.oneof(
        ...mutations
          .filter(([path]) => path.length === 1)
          .map(([path, values]) => fc.tuple(fc.constant(path), values)),
      ),
      { maxLength: 4 },
    );
    fc.assert(
      fc.property(many, (changes) => {
        const event = changes.reduce(
          (before, [path, value]) => changed(before, path, value),
          runEvent() as Json,
        );
        expect(weAccept(event)).toBe(vendorAccepts(event));
      }),
      { numRuns: 500 },
    );
  });
});

describe("an event's time", () => {
  const at = (eventTime: string) => RunEvent.safeParse({ ...runEvent(), eventTime });

  it.each([
    ["2000-01-01T00:00:00Z", true],
    ["1999-12-31T23:59:59.999Z", false],
    ["2000-01-01T01:59:59+02:00", false],
  ])("%s is not before the year 2000: %s", (eventTime, taken) => {
    expect(at(eventTime).success).toBe(taken);
  });

  it.each([
    ["an offset as RFC 3339 writes it", "2026-11-24T06:00:00+0200"],
    ["a T", "2026-11-24 06:00:00Z"],
    ["capitals", "2026-11-24t06:00:00z"],
  ])("needs %s", (_, eventTime) => {
    expect(at(eventTime).success).toBe(false);
  });

  it("needs its offset, and says so: what Python prints of a local time could be any hour", () => {
    expect(at("2026-11-24T06:00:00.123456").error?.issues.map(({ message }) => message)).toEqual([
      "must be an instant with its offset: 2026-11-24T06:00:00Z",
    ]);
  });

  it("may lie five minutes in the future, for clocks that differ, and no more", () => {
    const now = new Date("2026-11-24T06:00:00Z");
    expect(findFutureInstant("2026-11-24T06:05:00Z", now)).toEqual({});
    expect(findFutureInstant("2026-11-24T08:05:00.001+02:00", now)).toEqual({
      eventTime: ["must not be more than 5 minutes in the future"],
    });
  });
});

describe("what an event reports", () => {
  const parsed = (event: Json) => RunEvent.parse({ ...runEvent(), ...event });
  const reported = (event: Json) => toSyncRunReport(parsed(event), statusSaidBy(parsed(event))!, "c");
  const at = new Date("2026-11-24T04:00:00.123Z");

  it.each([
    ["START", "running"],
    ["RUNNING", "running"],
    ["COMPLETE", "succeeded"],
    ["FAIL", "failed"],
    ["ABORT", "cancelled"],
    ["OTHER", null],
    [undefined, null],
  ])("%s says %s", (eventType, status) => {
    expect(statusSaidBy(parsed({ eventType }))).toBe(status);
  });

  it("is a start, an end, or an end with a reason", () => {
    const run = { externalRunId: "01938e2a-7f4c-7b1d-9c3e-5a6b7c8d9e0f", connectorId: "c", queuedAt: null };
    const counts = { rowsSynced: 3, bytesSynced: 40 };
    const noError = { failureReason: null, errorMessage: null };
    expect(reported({ eventType: "START" })).toEqual({
      ...{ ...run, ...counts, ...noError, status: "running", startedAt: at, endedAt: null },
    });
    expect(reported({ eventType: "COMPLETE" })).toEqual({
      ...{ ...run, ...counts, ...noError, status: "succeeded", startedAt: null, endedAt: at },
    });
    expect(reported({ eventType: "FAIL" })).toEqual({
      ...{ ...run, ...counts, status: "failed", startedAt: null, endedAt: at },
      ...{ failureReason: "unknown", errorMessage: "It broke." },
    });
    expect(reported({ eventType: "FAIL", run: { runId: run.externalRunId } })).toMatchObject(noError);
  });

  it("is of one run, however its id is written", () => {
    const runId = runEvent().run.runId;
    expect(reported({ run: { runId: runId.toUpperCase() } }).externalRunId).toBe(runId);
  });

  it.each([
    ["no outputs", undefined, null],
    ["no statistics", [{ namespace: "n", name: "n" }], null],
    ["no count", [output({ size: 1 })], null],
    ["one count", [output({ rowCount: 0 })], 0],
    ["several counts", [output({ rowCount: 3 }), output({}), output({ rowCount: 4 })], 7],
    ["a count that is not known", [output({ rowCount: -1 })], null],
    ["one known, one not", [output({ rowCount: -1 }), output({ rowCount: 4 })], 4],
    ["more than can be counted", [output({ rowCount: 2 ** 53 - 1 }), output({ rowCount: 1 })], null],
  ])("sums the rows of its outputs: %s", (_, outputs, rows) => {
    expect(reported({ outputs, eventType: "COMPLETE" }).rowsSynced).toBe(rows);
  });
});
