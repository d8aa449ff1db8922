import type { LoaderFunctionArgs } from "@remix-run/node";
import { authenticate } from "../shopify.server.ts";
import { NotFoundPage } from "../ui/error-page.tsx";

/** An unknown address inside the app, for somebody who is signed in: the page, and the way back. */
export async function loader({ request }: LoaderFunctionArgs) {
  await authenticate.admin(request);
  return new Response("null", { status: 404, headers: { "Content-Type": "application/json" } });
}

export default function AppNowhere() {
  return <NotFoundPage />;
}
