import { createContext, useContext } from "react";

/** The nonce of this document's own inline scripts. Empty in the browser, where it is no longer needed. */
export const NonceContext = createContext<string>("");

export const useNonce = (): string => useContext(NonceContext);
