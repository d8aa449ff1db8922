import type {} from "react";

/** The part of Shopify App Bridge that the pages use. Its script in `<head>` puts it on `window`. */
export interface AppBridge {
  toast: { show(message: string): void };
  loading(isLoading: boolean): void;
  saveBar: {
    show(id: string): Promise<void>;
    hide(id: string): Promise<void>;
    /** Resolves when nothing is unsaved or the merchant says to leave all the same; rejects, or never settles, when they stay. */
    leaveConfirmation(): Promise<void>;
  };
}

declare global {
  interface Window {
    shopify?: AppBridge;
  }
}

declare module "react" {
  /** What App Bridge reads from the buttons in its elements. */
  interface ButtonHTMLAttributes<T> {
    variant?: "primary";
    loading?: "" | undefined;
  }

  namespace JSX {
    interface IntrinsicElements {
      "ui-nav-menu": DetailedHTMLProps<HTMLAttributes<HTMLElement>, HTMLElement>;
      "ui-save-bar": DetailedHTMLProps<HTMLAttributes<HTMLElement>, HTMLElement>;
    }
  }
}

/** App Bridge, or undefined where a page is opened outside Shopify admin. */
export const appBridge = (): AppBridge | undefined => window.shopify;
