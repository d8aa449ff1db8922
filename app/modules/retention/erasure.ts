/** What is known of a shop that Shopify asks to erase. */
export interface InstallationFacts {
  /** Of the newest installation, or the last time that the app was opened. */
  installedAt: Date;
  /** Null: the shop has the app, as far as we know. */
  uninstalledAt: Date | null;
  /** When the shop last removed the app, or was erased, by the webhooks that came; null: none did. */
  lastHeardUninstalledAt: Date | null;
  /** When Shopify asked. */
  askedAt: Date;
}

export type ErasureDecision =
  | { erase: true; reason: "uninstalled" | "uninstall_unheard" }
  | { erase: false; reason: "installed_again" };

/**
 * Shopify asks 48 hours after a shop removed the app. A shop that took it back in between is a customer with data of its
 * own, and is not erased. One that we know to be without the app is. Was the removal never heard of, Shopify's word that
 * it happened counts, unless the app was opened or installed after that word.
 */
export function decideErasure(facts: InstallationFacts): ErasureDecision {
  if (facts.uninstalledAt) return { erase: true, reason: "uninstalled" };
  if (facts.lastHeardUninstalledAt || facts.installedAt > facts.askedAt)
    return { erase: false, reason: "installed_again" };
  return { erase: true, reason: "uninstall_unheard" };
}
