import interLatin from "@fontsource-variable/inter/files/inter-latin-wght-normal.woff2?url";
import type { LinksFunction, LoaderFunctionArgs } from "@remix-run/node";
import {
  isRouteErrorResponse,
  Links,
  Meta,
  Outlet,
  Scripts,
  ScrollRestoration,
  useLocation,
  useRouteError,
  useRouteLoaderData,
} from "@remix-run/react";
import polarisStyles from "@shopify/polaris/build/esm/styles.css?url";
import type { ReactNode } from "react";
import { isStaffPath } from "./modules/staff/staff.ts";
import { env } from "./platform/env.server.ts";
import documentStyles from "./ui/document.css?url";
import { ErrorPage, NotFoundPage } from "./ui/error-page.tsx";
import { useNonce } from "./ui/nonce.ts";
import { PolarisProvider } from "./ui/polaris-provider.tsx";

const shopifyAppBridge = "https://cdn.shopify.com/shopifycloud/app-bridge.js";

export const links: LinksFunction = () => [
  { rel: "preload", href: interLatin, as: "font", type: "font/woff2", crossOrigin: "anonymous" },
  { rel: "stylesheet", href: polarisStyles },
  { rel: "stylesheet", href: documentStyles },
];

/** Null for staff: App Bridge would take a page outside of Shopify admin back into it. */
export function loader({ request }: LoaderFunctionArgs) {
  if (isStaffPath(new URL(request.url).pathname)) return null;
  const { SHOPIFY_API_KEY, APP_BRIDGE_URL } = env();
  return { apiKey: SHOPIFY_API_KEY, appBridgeUrl: APP_BRIDGE_URL ?? shopifyAppBridge };
}

/** What it answers never changes while a page is open. */
export const shouldRevalidate = () => false;

export function Layout({ children }: { children: ReactNode }) {
  const nonce = useNonce();
  const app = useRouteLoaderData<typeof loader>("root");
  const { pathname } = useLocation();
  return (
    <html lang="en">
      <head>
        <meta charSet="utf-8" />
        <meta name="viewport" content="width=device-width,initial-scale=1" />
        {app ? (
          <>
            <meta name="shopify-api-key" content={app.apiKey} />
            {/* Shopify: the first script of every document, neither async nor deferred. */}
            <script src={app.appBridgeUrl} />
          </>
        ) : null}
        <Meta />
        <Links />
      </head>
      <body>
        <PolarisProvider>
          {/* Staff pages have a header of their own around what is theirs alone. */}
          {isStaffPath(pathname) ? children : <main>{children}</main>}
        </PolarisProvider>
        <ScrollRestoration nonce={nonce} />
        <Scripts nonce={nonce} />
      </body>
    </html>
  );
}

export default function App() {
  return <Outlet />;
}

export function ErrorBoundary() {
  const error = useRouteError();
  return isRouteErrorResponse(error) && error.status === 404 ? <NotFoundPage /> : <ErrorPage />;
}
