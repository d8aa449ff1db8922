import type { LoaderFunctionArgs } from "@remix-run/node";
import { type MetaFunction, useLoaderData } from "@remix-run/react";
import { merchantOf } from "../merchant.server.ts";
import { supportContact } from "../modules/dashboards/get-dashboard-block.server.ts";
import { SupportView } from "../ui/support-view.tsx";

export const meta: MetaFunction = () => [{ title: "Get support · Sync Health" }];

export { merchantHeaders as headers } from "../ui/merchant-headers.ts";

/** Where Shopify's "Get support" leads (`extensions/support-link`). */
export async function loader({ request }: LoaderFunctionArgs) {
  const { shop } = await merchantOf(request);
  return { support: supportContact(), domain: shop.domain };
}

export default function GetSupport() {
  const { support, domain } = useLoaderData<typeof loader>();
  return <SupportView support={support} domain={domain} />;
}
