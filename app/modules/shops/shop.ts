/** A tenant, as everything that shows or judges needs it. */
export interface Shop {
  id: string;
  /** `example.myshopify.com` */
  domain: string;
  /** IANA, e.g. `America/New_York`; days are this zone's. */
  timeZone: string;
  /** ISO 4217 */
  currency: string;
  /** BCP 47 */
  locale: string;
}

/** Who did something, for timelines and the audit. */
export interface Actor {
  role: "system" | "merchant" | "support" | "admin";
  /** A Shopify user id, a staff e-mail, or "system". Never a secret. */
  name: string;
}
