import { existsSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { z } from "zod";
import { readToml } from "#e2e/support/toml.ts";
import { apiVersion } from "./integrations/shopify/admin-api.ts";
import { envShape } from "./platform/env.server.ts";

const root = fileURLToPath(new URL("..", import.meta.url));
const read = (path: string) => readToml(root + path);

const Subscription = z
  .strictObject({
    topics: z.array(z.string()).optional(),
    compliance_topics: z
      .array(z.enum(["customers/data_request", "customers/redact", "shop/redact"]))
      .optional(),
    uri: z.string(),
    name: z.string().max(50).optional(),
  })
  .refine(({ topics, compliance_topics }) => topics || compliance_topics, "needs topics");

/** What Shopify's CLI accepts of `shopify.app.toml`, as far as we use it (its models/extensions/specifications). */
const App = z.strictObject({
  client_id: z.string(),
  name: z.string().min(1),
  application_url: z.url(),
  embedded: z.boolean(),
  extension_directories: z.array(z.string()).optional(),
  web_directories: z.array(z.string()).optional(),
  app_preferences: z.strictObject({ url: z.url().max(255) }).optional(),
  access_scopes: z.strictObject({
    scopes: z.string(),
    optional_scopes: z.array(z.string()).optional(),
    use_legacy_install_flow: z.boolean().optional(),
  }),
  auth: z.strictObject({ redirect_urls: z.array(z.url()).min(1) }),
  webhooks: z.strictObject({ api_version: z.string(), subscriptions: z.array(Subscription) }),
  build: z.strictObject({
    automatically_update_urls_on_dev: z.boolean().optional(),
    include_config_on_deploy: z.boolean().optional(),
  }),
});

/** And of `shopify.web.toml` (its models/app/app.ts, WebConfigurationSchema). */
const Web = z.strictObject({
  name: z.string().optional(),
  roles: z.array(z.enum(["frontend", "backend", "background"])).min(1),
  auth_callback_path: z.string().optional(),
  webhooks_path: z.string().optional(),
  port: z.int().optional(),
  commands: z.strictObject({ predev: z.string().optional(), dev: z.string(), build: z.string().optional() }),
});

const app = App.parse(read("shopify.app.toml"));
const topicsOf = (subscription: z.infer<typeof Subscription>) => [
  ...(subscription.topics ?? []),
  ...(subscription.compliance_topics ?? []),
];

describe("shopify.app.toml", () => {
  it("subscribes each topic once, and all that we act on", () => {
    const topics = app.webhooks.subscriptions.flatMap(topicsOf);
    expect(topics.sort()).toEqual([
      "app/scopes_update",
      "app/uninstalled",
      "customers/data_request",
      "customers/redact",
      "shop/redact",
      "shop/update",
    ]);
  });

  it.each(app.webhooks.subscriptions.map(({ uri }) => uri))("sends %s to a route that is there", (uri) => {
    expect(existsSync(`${root}app/routes/${uri.slice(1).replaceAll("/", ".")}.ts`)).toBe(true);
  });

  it("names the version that the code calls", () => {
    expect(app.webhooks.api_version).toBe(apiVersion);
  });

  it("asks at installation for the scopes that the app starts with, and for no other", () => {
    expect(app.access_scopes.scopes).toBe(envShape.SCOPES.parse(undefined));
    expect(app.access_scopes.optional_scopes).toEqual(["read_all_orders"]);
    expect(app.access_scopes.use_legacy_install_flow).toBe(false);
  });

  it("names one address everywhere", () => {
    const addresses = [app.application_url, app.app_preferences!.url, ...app.auth.redirect_urls];
    expect(new Set(addresses.map((address) => new URL(address).origin)).size).toBe(1);
    expect(new URL(app.app_preferences!.url).pathname).toBe("/app/settings");
  });
});

describe.each(app.web_directories!)("shopify.web.toml in %s", (directory) => {
  const web = Web.parse(read(`${directory}/shopify.web.toml`));

  it("calls scripts that are there", () => {
    const { scripts } = JSON.parse(readFileSync(`${root}package.json`, "utf8")) as { scripts: object };
    for (const command of Object.values(web.commands).join(" && ").split(" && ")) {
      const [, script] = /^npm (?:--prefix \.\. )?(?:run )?(\w+)$/.exec(command) ?? [];
      expect([command, script && script in scripts]).toEqual([command, true]);
    }
  });
});
