import type {} from "react";

/** The part of Shopify App Bridge that the pages use. Its script in `<head>` puts it on `window`. */
export interface AppBridge {
  toast: { show(message: string): void };
  loading(isLoading: boolean): void;
}

declare global {
  interface Window {
    shopify?: AppBridge;
  }
}

declare module "react" {
  namespace JSX {
    interface IntrinsicElements {
      "ui-nav-menu": DetailedHTMLProps<HTMLAttributes<HTMLElement>, HTMLElement>;
    }
  }
}

/** App Bridge, or undefined where a page is opened outside Shopify admin. */
export const appBridge = (): AppBridge | undefined => window.shopify;
