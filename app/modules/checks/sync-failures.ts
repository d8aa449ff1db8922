/** Failed runs with these reasons do not heal by themselves; they are the shop's own, nobody else's. */
export const hardFailureReasons = ["credentials", "permission", "connection_disabled"] as const;
/** This many failures in a row count when the reason is not known or may pass. */
export const SOFT_FAILURES = 3;
