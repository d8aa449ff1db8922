import { type LoaderFunctionArgs, redirect } from "@remix-run/node";

/** Shopify may open the app at its root; the query carries who is asking and must not be lost. */
export function loader({ request }: LoaderFunctionArgs) {
  return redirect(`/app${new URL(request.url).search}`);
}
