import { z } from "zod";

const url = z.url();
const postgresUrl = z.string().regex(/^postgres(ql)?:\/\//, "must start with postgresql://");
const minutes = (fallback: number) => z.coerce.number().int().min(0).max(10_080).default(fallback);
const setTogether = {
  AIRBYTE_: ["AIRBYTE_API_URL", "AIRBYTE_CLIENT_ID", "AIRBYTE_CLIENT_SECRET"],
  STAFF_OIDC_: ["STAFF_OIDC_ISSUER", "STAFF_OIDC_CLIENT_ID", "STAFF_OIDC_CLIENT_SECRET"],
} as const;
const loopbackHosts = new Set(["localhost", "127.0.0.1", "[::1]"]);

/** Every variable, how it must look, and what it is for. `npm start` and `npm run worker` read it once. */
const Env = z
  .object({
    NODE_ENV: z.enum(["development", "test", "production"]).default("development"),
    DATABASE_URL: postgresUrl.describe(
      "the app role's connection, e.g. postgresql://sync_health@db/sync_health",
    ),
    QUEUE_DATABASE_URL: postgresUrl.describe(
      "the queue role's connection; it owns graphile-worker's schema only",
    ),
    WAREHOUSE_DATABASE_URL: postgresUrl.optional().describe("the warehouse, if it is another database"),
    WAREHOUSE_MAPPING_FILE: z
      .string()
      .optional()
      .describe("a JSON file that says where each source's rows lie, see docs/warehouse-mapping.md"),
    APP_ENCRYPTION_KEY: z
      .string()
      .regex(
        /^[A-Za-z0-9+/]{43}=(,[A-Za-z0-9+/]{43}=)*$/,
        "must be 32 random bytes in base64 (openssl rand -base64 32); older keys may follow after commas",
      )
      .describe("encrypts Shopify tokens and signing secrets at rest"),
    SHOPIFY_API_KEY: z.string().min(1).describe("the app's client id, from the Shopify partner dashboard"),
    SHOPIFY_API_SECRET: z.string().min(1).describe("the app's client secret"),
    SHOPIFY_APP_URL: url.describe("the public address of this app, https in real life"),
    SCOPES: z.string().default("read_orders").describe("access scopes, separated by commas"),
    PORT: z.coerce.number().int().min(0).max(65_535).default(3000),
    HOST: z.string().default("0.0.0.0").describe("the address to listen on"),
    METRICS_PORT: z.coerce
      .number()
      .int()
      .min(1)
      .max(65_535)
      .optional()
      .describe("serves /metrics there; unset: no metrics port"),
    LOG_LEVEL: z.enum(["fatal", "error", "warn", "info", "debug", "trace", "silent"]).default("info"),
    DQ_BATCH_SIZE: z.coerce.number().int().min(1).max(1000).default(50),
    DQ_RETENTION_MONTHS: z.coerce.number().int().min(1).max(120).default(13),
    DQ_CLEANUP_BATCH_SIZE: z.coerce.number().int().min(1).max(100_000).default(1000),
    AIRBYTE_API_URL: url.optional().describe("Airbyte's public API root, e.g. https://api.airbyte.com/v1"),
    AIRBYTE_CONFIG_API_URL: url
      .optional()
      .describe("Airbyte's Config API root; enables cursor-rewind backfills"),
    AIRBYTE_CLIENT_ID: z.string().min(1).optional(),
    AIRBYTE_CLIENT_SECRET: z.string().min(1).optional(),
    SLACK_DQ_WEBHOOK_URL: url
      .optional()
      .describe("a Slack incoming webhook for high and critical incidents; unset: none go to Slack"),
    SLACK_DQ_COOLDOWN_MINUTES: minutes(15),
    PAGERDUTY_DQ_ROUTING_KEY: z
      .string()
      .min(1)
      .optional()
      .describe("an Events API v2 integration key for critical incidents; unset: nobody is paged"),
    PAGERDUTY_EVENTS_URL: url
      .default("https://events.pagerduty.com")
      .describe("PagerDuty's events host; https://events.eu.pagerduty.com in the EU"),
    PAGERDUTY_DQ_COOLDOWN_MINUTES: minutes(15),
    STAFF_OIDC_ISSUER: url
      .optional()
      .describe("the OpenID Connect issuer that staff sign in with, https outside this machine"),
    STAFF_OIDC_CLIENT_ID: z.string().min(1).optional(),
    STAFF_OIDC_CLIENT_SECRET: z.string().min(1).optional(),
    STAFF_OIDC_ROLE_CLAIM: z
      .string()
      .min(1)
      .default("roles")
      .describe("the claim that holds support or admin; dots lead into objects"),
    STAFF_OIDC_SCOPES: z
      .string()
      .regex(/(^|\s)openid(\s|$)/, "must hold openid")
      .default("openid profile email"),
    STAFF_OIDC_AUDIENCE: z
      .string()
      .min(1)
      .optional()
      .describe(
        "the audience of access tokens for /api/staff; unset: SHOPIFY_APP_URL's origin and /api/staff",
      ),
    SUPPORT_EMAIL: z.email().optional(),
    SUPPORT_URL: url.optional(),
    APP_BRIDGE_URL: url
      .optional()
      .describe("a stand-in for Shopify's app-bridge.js; only with a loopback SHOPIFY_APP_URL"),
    ADMIN_ORIGIN: url
      .optional()
      .describe("an origin that may frame the app besides Shopify; only with a loopback SHOPIFY_APP_URL"),
  })
  .superRefine((env, context) => {
    const isLoopback = loopbackHosts.has(new URL(env.SHOPIFY_APP_URL).hostname);
    for (const name of ["APP_BRIDGE_URL", "ADMIN_ORIGIN"] as const) {
      if (env[name] && !isLoopback) {
        context.addIssue({
          code: "custom",
          path: [name],
          message: "is for local demos only: unset it, or serve the app on localhost",
        });
      }
    }
    for (const [prefix, names] of Object.entries(setTogether)) {
      const missing = names.filter((name) => !env[name]);
      if (missing.length === 0 || missing.length === names.length) continue;
      for (const name of missing)
        context.addIssue({
          code: "custom",
          path: [name],
          message: `must be set together with the other ${prefix} variables`,
        });
    }
    const issuer = env.STAFF_OIDC_ISSUER ? new URL(env.STAFF_OIDC_ISSUER) : null;
    if (issuer && issuer.protocol !== "https:" && !loopbackHosts.has(issuer.hostname))
      context.addIssue({
        code: "custom",
        path: ["STAFF_OIDC_ISSUER"],
        message: "must be https: whoever listens in could sign in as staff",
      });
    if (env.STAFF_OIDC_AUDIENCE && env.STAFF_OIDC_AUDIENCE === env.STAFF_OIDC_CLIENT_ID)
      context.addIssue({
        code: "custom",
        path: ["STAFF_OIDC_AUDIENCE"],
        message: "must not be the client id: an ID token would pass for an access token",
      });
  });

export type Env = z.infer<typeof Env>;

/** Shapes of the variables for the configuration table in the README (a test keeps the two in step). */
export const envShape = Env.shape;

/**
 * Reads the environment. Empty strings count as unset.
 * @throws Error that names each bad or missing variable and how to set it.
 */
export function parseEnv(source: NodeJS.ProcessEnv): Env {
  const present = Object.fromEntries(Object.entries(source).filter(([, value]) => value !== ""));
  const parsed = Env.safeParse(present);
  if (parsed.success) return parsed.data;
  const lines = parsed.error.issues.map((issue) => {
    const name = String(issue.path[0]);
    const purpose = Env.shape[name as keyof typeof Env.shape]?.description;
    const problem =
      present[name] === undefined && issue.code === "invalid_type" ? "is not set" : issue.message;
    return `  ${name} ${problem}${purpose ? ` (${purpose})` : ""}`;
  });
  throw new Error(
    `Sync Health cannot start. Set these environment variables:\n${lines.join("\n")}\nThe README's configuration table explains each.`,
  );
}

let parsed: Env | undefined;

/** The environment of this process, parsed at first use. */
export function env(): Env {
  parsed ??= parseEnv(process.env);
  return parsed;
}
