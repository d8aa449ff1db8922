import { existsSync, globSync, readdirSync, readFileSync } from "node:fs";
import { dirname } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { z } from "zod";
import { readToml } from "#e2e/support/toml.ts";
import {
  type FlowIncident,
  tellFlowBackfill,
  tellFlowOpened,
  tellFlowResolved,
} from "./modules/alerts/flow-payload.ts";

const root = fileURLToPath(new URL("..", import.meta.url));

/** The CLI takes up to 50 characters, Shopify's pages say 30; it can never be changed once deployed. */
const Handle = z
  .string()
  .max(30)
  .regex(/^[a-zA-Z0-9](?:[a-zA-Z0-9-]*[a-zA-Z0-9])?$/);

/** Written into each file by the CLI, with the first deployment. */
const uid = z.string().optional();

/** What Shopify's CLI (its models/extensions/specifications and services/flow) and pages take of each kind, as far as we use it. */
const Trigger = z.strictObject({
  extensions: z.tuple([
    z.strictObject({
      name: z.string().min(1),
      type: z.literal("flow_trigger"),
      handle: Handle,
      uid,
      description: z.string(),
    }),
  ]),
  settings: z.strictObject({
    fields: z
      .array(
        z.strictObject({
          type: z.enum(["boolean", "email", "single_line_text_field", "url", "number_decimal"]),
          key: z
            .string()
            .min(1)
            .regex(/^[a-zA-Z\s]*$/),
          description: z.string(),
        }),
      )
      .min(1),
  }),
});

const templateCategories = [
  "buyer_experience",
  "customers",
  "inventory_and_merch",
  "loyalty",
  "orders",
  "promotions",
  "risk",
  "fulfillment",
  "b2b",
  "payment_reminders",
  "custom_data",
  "error_monitoring",
] as const;
const Template = z.strictObject({
  extensions: z.tuple([
    z.strictObject({
      name: z.string(),
      type: z.literal("flow_template"),
      handle: Handle,
      uid,
      description: z.string().max(1024),
      template: z.strictObject({
        categories: z.array(z.enum(templateCategories)).min(1).max(2),
        module: z.string(),
        require_app: z.boolean().optional(),
        discoverable: z.boolean().optional(),
        enabled: z.boolean().optional(),
      }),
    }),
  ]),
});

/** One target for each link. */
const AdminLink = z.strictObject({
  extensions: z.tuple([
    z.strictObject({
      name: z.string().min(1),
      type: z.literal("admin_link"),
      handle: Handle,
      uid,
      targeting: z.tuple([z.strictObject({ target: z.literal("admin.app.support.link"), url: z.string() })]),
    }),
  ]),
});

const Extension = z.union([Trigger, Template, AdminLink]);
const { extension_directories: directories } = z
  .looseObject({ extension_directories: z.array(z.string()) })
  .parse(readToml(`${root}shopify.app.toml`));

/** What `shopify app deploy` finds. */
const deployed = directories
  .flatMap((directory) => globSync(`${directory}/*.extension.toml`, { cwd: root }))
  .map((file) => ({ file, ...Extension.parse(readToml(root + file)) }));

const at = new Date("2026-11-17T09:30:00.000Z");
const incident: FlowIncident = {
  id: "0191f6f1-0000-7000-8000-000000000001",
  source: "meta_ads",
  severity: "high",
  title: "Meta Ads is late",
  detail: "The last successful sync ended 51 hours ago; it should be at most 24 hours.",
  affectedDashboards: ["marketing"],
  openedAt: at,
  url: "https://admin.shopify.com/store/a-shop/apps/key/app/incidents/1",
};
const events = [
  tellFlowOpened(incident, "opened"),
  tellFlowResolved({ ...incident, resolvedAt: at }),
  tellFlowBackfill({
    id: "0191f6f1-0000-7000-8000-000000000002",
    source: "shopify_orders",
    startDate: "2026-11-01",
    endDate: "2026-11-14",
    rowsLoaded: 2_048,
    summary: "14 days changed, +212 orders.",
    endedAt: at,
    url: "https://admin.shopify.com/store/a-shop/apps/key/app/connectors/1",
  }),
];

/** The type of field that a value is sent to. */
function fieldTypeOf(value: unknown): string {
  if (typeof value === "boolean") return "boolean";
  if (typeof value === "number") return "number_decimal";
  return z.url({ protocol: /^https$/ }).safeParse(value).success ? "url" : "single_line_text_field";
}

describe("extensions", () => {
  it("are each in a folder named by the handle, which is its own", () => {
    expect(deployed.map(({ file, extensions: [{ handle }] }) => [dirname(file), handle])).toEqual(
      deployed.map(({ extensions: [{ handle }] }) => [`extensions/${handle}`, handle]),
    );
    const handles = deployed.map(({ extensions: [{ handle }] }) => handle);
    expect(new Set(handles).size).toBe(handles.length);
  });

  it("are all told of in the README", () => {
    const readme = readFileSync(`${root}extensions/README.md`, "utf8");
    const folders = readdirSync(`${root}extensions`).filter((name) => !name.includes("."));
    for (const folder of folders) expect(readme).toContain(`\`${folder}/\``);
  });

  it("define a trigger for every event that is sent, and no other", () => {
    const triggers = deployed.filter(({ extensions: [{ type }] }) => type === "flow_trigger");
    expect(triggers.map(({ extensions: [{ handle }] }) => handle).sort()).toEqual(
      events.map(({ handle }) => handle).sort(),
    );
  });

  it("have a link for support that leads to a page that is there", () => {
    const links = deployed.flatMap(({ extensions: [one] }) =>
      one.type === "admin_link" ? one.targeting : [],
    );
    expect(links).toHaveLength(1);
    for (const { url } of links)
      expect(existsSync(`${root}app/routes/${url.slice(1).replaceAll("/", ".")}.tsx`)).toBe(true);
  });
});

describe.each(events)("$handle", ({ handle, properties }) => {
  const { settings } = Trigger.parse(readToml(`${root}extensions/${handle}/shopify.extension.toml`));

  it("has the fields that are sent, by their keys and types", () => {
    expect(Object.fromEntries(settings.fields.map(({ key, type }) => [key, type]))).toEqual(
      Object.fromEntries(Object.entries(properties).map(([key, value]) => [key, fieldTypeOf(value)])),
    );
  });

  it("names each field once, however Flow writes it", () => {
    const names = settings.fields.map(({ key }) => key.toLowerCase().replaceAll(" ", ""));
    expect(new Set(names).size).toBe(names.length);
  });
});

describe("the template", () => {
  const folder = `${root}extensions/late-data-email`;
  const isDeployed = existsSync(`${folder}/shopify.extension.toml`);
  const {
    extensions: [template],
  } = Template.parse(readToml(`${folder}/${isDeployed ? "shopify.extension" : "waiting"}.toml`));

  it("is deployed as soon as its workflow was exported, and not before: the CLI refuses a template without one", () => {
    expect(existsSync(`${folder}/${template.template.module}`)).toBe(isDeployed);
    expect(existsSync(`${folder}/waiting.toml`)).toBe(!isDeployed);
  });

  it("has its words in English", () => {
    const words = JSON.parse(readFileSync(`${folder}/locales/en.default.json`, "utf8")) as Record<
      string,
      string
    >;
    for (const key of [template.name, template.description]) {
      const word = words[key.replace("t:", "")] ?? "";
      expect(word.length).toBeGreaterThan(10);
      expect(word.length).toBeLessThanOrEqual(1024);
    }
  });
});
