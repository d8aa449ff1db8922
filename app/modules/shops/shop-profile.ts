import { Temporal } from "temporal-polyfill";

/** How a shop's days and money are shown. Null: what Shopify says is nothing we know, and the old value stays. */
export interface ShopProfile {
  /** IANA, e.g. `America/New_York`. */
  timeZone: string | null;
  /** ISO 4217 */
  currency: string | null;
  /** BCP 47: our English, in the shop's country's way of writing dates and numbers. */
  locale: string;
}

/** Shopify's word for a country it does not know. */
const UNKNOWN_COUNTRY = "ZZ";

/** What we make of a shop's settings in Shopify admin. */
export function readShopProfile(settings: {
  ianaTimezone: string;
  currencyCode: string;
  countryCode: string | null;
}): ShopProfile {
  const { ianaTimezone, currencyCode, countryCode } = settings;
  const isCountry = countryCode !== null && /^[A-Z]{2}$/.test(countryCode) && countryCode !== UNKNOWN_COUNTRY;
  return {
    timeZone: isTimeZone(ianaTimezone) ? ianaTimezone : null,
    currency: /^[A-Z]{3}$/.test(currencyCode) ? currencyCode : null,
    locale: isCountry ? `en-${countryCode}` : "en",
  };
}

/** A name of the IANA database. An offset such as `+05:00` is none: it knows no summer. */
function isTimeZone(name: string): boolean {
  if (!/^[A-Za-z]/.test(name)) return false;
  try {
    Temporal.Instant.fromEpochMilliseconds(0).toZonedDateTimeISO(name);
    return true;
  } catch (error) {
    if (error instanceof RangeError) return false;
    throw error;
  }
}
