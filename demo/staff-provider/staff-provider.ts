import express, { type NextFunction, type Request, type Response, type Router } from "express";
import { type Configuration, Provider } from "oidc-provider";
import type { ProviderKeys } from "./keys.ts";
import { createMemory } from "./memory.ts";
import { people } from "./people.ts";
import { signInPage, signingOutPage } from "./sign-in-page.ts";

export const staffClientId = "sync-health-staff";

export interface StaffProviderOptions {
  /** Its own origin: `http://localhost:3001`. It answers under `/oidc` there. */
  origin: string;
  /** Where the app is: `http://localhost:3000` */
  appUrl: string;
  keys: ProviderKeys;
}

export interface StaffProvider {
  issuer: string;
  router: Router;
  /** An access token for the staff API, as the provider makes it for somebody who is signed in. */
  accessTokenOf(sub: string): Promise<string>;
}

const HOUR = 3_600;

/**
 * A real OpenID Connect provider (oidc-provider) with our own page to sign in at. Whoever can reach it chooses who to be.
 */
export function createStaffProvider({ origin, appUrl, keys }: StaffProviderOptions): StaffProvider {
  const issuer = `${origin}/oidc`;
  const audience = `${new URL(appUrl).origin}/api/staff`;
  const resource = {
    scope: "",
    audience,
    accessTokenFormat: "jwt",
    accessTokenTTL: HOUR,
    jwt: { sign: { alg: "RS256" } },
  } as const;
  const provider = new Provider(issuer, configure(appUrl, keys, { audience, resource }));
  // A request that the provider refuses is told to whoever sent it; it is no news here.
  provider.on("server_error", (_context, error) => console.error(`The staff provider: ${error.message}`));

  const router = express.Router();
  const form = express.urlencoded({ extended: false, limit: "1kb" });
  const answering =
    (answer: (request: Request, response: Response) => Promise<void>) =>
    (request: Request, response: Response, next: NextFunction) => {
      answer(request, response).catch((error: Error) =>
        // Its cookie is gone or the sign-in took too long.
        error.name === "SessionNotFound" ? response.redirect(`${appUrl}/staff/sign-in`) : next(error),
      );
    };
  router.get(
    "/oidc/interaction/:uid",
    answering(async (request, response) => {
      const { uid } = await provider.interactionDetails(request, response);
      response.type("html").set("Cache-Control", "no-store").send(signInPage(uid, people));
    }),
  );
  router.post(
    "/oidc/interaction/:uid",
    form,
    answering(async (request, response) => {
      const person = people.find(({ sub }) => sub === request.body.sub);
      const result = person
        ? { login: { accountId: person.sub } }
        : { error: "access_denied", error_description: "Nobody was chosen." };
      await provider.interactionFinished(request, response, result, { mergeWithLastSubmission: false });
    }),
  );
  router.use("/oidc", provider.callback());

  return {
    issuer,
    router,
    accessTokenOf: async (sub) => {
      const client = (await provider.Client.find(staffClientId))!;
      const token = new provider.AccessToken({
        client,
        accountId: sub,
        scope: "",
        gty: "authorization_code",
      } as ConstructorParameters<typeof provider.AccessToken>[0]);
      Object.assign(token, {
        resourceServer: new provider.ResourceServer(audience, resource),
        expiresIn: HOUR,
        extra: claimsOf(sub),
      });
      return token.save();
    },
  };
}

function configure(
  appUrl: string,
  keys: ProviderKeys,
  { audience, resource }: { audience: string; resource: object },
): Configuration {
  return {
    adapter: createMemory(),
    clients: [
      {
        client_id: staffClientId,
        client_secret: keys.clientSecret,
        redirect_uris: [`${appUrl}/staff/callback`],
        post_logout_redirect_uris: [`${appUrl}/staff/sign-in`],
        grant_types: ["authorization_code"],
        response_types: ["code"],
      },
    ],
    jwks: { keys: [keys.signingKey as never] },
    cookies: { keys: [keys.cookieKey] },
    claims: { openid: ["sub"], profile: ["name", "roles"], email: ["email", "email_verified"] },
    findAccount: (_context, sub) =>
      people.some((one) => one.sub === sub)
        ? { accountId: sub, claims: async () => ({ sub, ...claimsOf(sub), email_verified: true }) }
        : undefined,
    extraTokenClaims: (_context, token) =>
      "accountId" in token && token.accountId ? claimsOf(token.accountId) : undefined,
    // It is our own app that asks: nobody has to agree.
    loadExistingGrant: async ({ oidc }) => {
      const grant = new oidc.provider.Grant({
        clientId: oidc.client!.clientId,
        accountId: oidc.session!.accountId!,
      });
      grant.addOIDCScope("openid profile email");
      grant.addResourceScope(audience, "");
      await grant.save();
      return grant;
    },
    interactions: { url: (_context, { uid }) => `/oidc/interaction/${uid}` },
    pkce: { required: () => true },
    ttl: {
      AccessToken: HOUR,
      AuthorizationCode: 60,
      Grant: 14 * 24 * HOUR,
      IdToken: HOUR,
      Interaction: HOUR,
      Session: 14 * 24 * HOUR,
    },
    features: {
      devInteractions: { enabled: false },
      resourceIndicators: {
        enabled: true,
        defaultResource: async () => [],
        getResourceServerInfo: async (_context, wanted) => {
          if (wanted !== audience) throw new Error("There is no such API.");
          return resource as never;
        },
        useGrantedResource: async () => false,
      },
      rpInitiatedLogout: {
        enabled: true,
        logoutSource: async (context, logoutForm) => {
          context.body = signingOutPage(logoutForm);
        },
      },
    },
    renderError: async (context, out) => {
      context.type = "text/plain";
      context.body = `${out.error}: ${out.error_description ?? ""}`;
    },
  };
}

function claimsOf(sub: string) {
  const person = people.find((one) => one.sub === sub);
  return { name: person?.name, email: person?.email, roles: person?.roles ?? [] };
}
