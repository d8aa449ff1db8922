import type { LoaderFunctionArgs } from "@remix-run/node";
import { isRouteErrorResponse, Outlet, useLocation, useNavigation, useRouteError } from "@remix-run/react";
import { useEffect, useState } from "react";
import { authenticate } from "../shopify.server.ts";
import { appBridge } from "../ui/app-bridge.ts";
import { ErrorPage, NotFoundPage } from "../ui/error-page.tsx";
import { PageSkeleton } from "../ui/page-skeleton.tsx";

/** A page that answers sooner is shown without a skeleton before it. */
const SKELETON_AFTER_MS = 300;

export async function loader({ request }: LoaderFunctionArgs) {
  await authenticate.admin(request);
  return null;
}

/** Every page below asks who is there itself: polling and navigation need no second request for it. */
export const shouldRevalidate = () => false;

export { merchantHeaders as headers } from "../ui/merchant-headers.ts";

export default function MerchantApp() {
  const isSlow = useSlowNavigation();
  return (
    <>
      {/* The first entry opens the app itself; Shopify does not draw it as an item. */}
      <ui-nav-menu>
        <a href="/app" rel="home">
          Sync Health
        </a>
        <a href="/app/dashboards">Dashboards</a>
        <a href="/app/backfills">Backfills</a>
        <a href="/app/settings">Settings</a>
      </ui-nav-menu>
      {isSlow ? <PageSkeleton /> : <Outlet />}
    </>
  );
}

/** True once another page has been loading for a moment; Shopify's loading bar runs all the while. */
function useSlowNavigation(): boolean {
  const { pathname } = useLocation();
  const target = useNavigation().location?.pathname;
  const isLeaving = target !== undefined && target !== pathname;
  const [isSlow, setSlow] = useState(false);
  useEffect(() => {
    if (!isLeaving) return;
    appBridge()?.loading(true);
    const timer = setTimeout(() => setSlow(true), SKELETON_AFTER_MS);
    return () => {
      clearTimeout(timer);
      setSlow(false);
      appBridge()?.loading(false);
    };
  }, [isLeaving]);
  return isSlow;
}

/** Shopify's thrown answers hold its own HTML (a script that signs in again); nothing of a merchant is ever thrown. */
const isShopifyPage = (content: unknown): content is string =>
  typeof content === "string" && content.trimStart().startsWith("<script data-api-key=");

export function ErrorBoundary() {
  const error = useRouteError();
  if (isRouteErrorResponse(error)) {
    if (isShopifyPage(error.data)) {
      // biome-ignore lint/security/noDangerouslySetInnerHtml: written by Shopify's library, from our own configuration.
      return <div dangerouslySetInnerHTML={{ __html: error.data }} />;
    }
    if (error.status === 404) return <NotFoundPage />;
  }
  return <ErrorPage />;
}
