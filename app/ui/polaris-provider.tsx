import { Link, useNavigate } from "@remix-run/react";
import { AppProvider, type AppProviderProps } from "@shopify/polaris";
import english from "@shopify/polaris/locales/en.json" with { type: "json" };
import { forwardRef, type JSX, type ReactNode, type Ref, useEffect } from "react";
import { isOwnPath } from "./own-path.ts";

type PolarisLinkProps = Omit<JSX.IntrinsicElements["a"], "ref"> & { url?: string; external?: boolean };

/** Polaris' links as Remix links: pages of the app change without a reload, which would lose the session token. */
const PolarisLink = forwardRef(function PolarisLink(
  { url = "", external, ...rest }: PolarisLinkProps,
  ref: Ref<HTMLAnchorElement>,
) {
  if (external || !isOwnPath(url)) {
    return <a ref={ref} href={url} target="_blank" rel="noopener noreferrer" {...rest} />;
  }
  return <Link ref={ref} to={url} {...rest} />;
}) as NonNullable<AppProviderProps["linkComponent"]>;

/** Polaris for every page, and App Bridge's navigation menu bound to Remix' router. */
export function PolarisProvider({ children }: { children: ReactNode }) {
  const navigate = useNavigate();
  useEffect(() => {
    const follow = (event: Event) => {
      const href = event.target instanceof Element ? event.target.getAttribute("href") : null;
      if (href && isOwnPath(href)) navigate(href);
    };
    addEventListener("shopify:navigate", follow);
    return () => removeEventListener("shopify:navigate", follow);
  }, [navigate]);

  return (
    <AppProvider i18n={english} linkComponent={PolarisLink}>
      {children}
    </AppProvider>
  );
}
