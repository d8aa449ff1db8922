import { expect, it } from "vitest";
import { readShopProfile } from "./shop-profile.ts";

const settings = { ianaTimezone: "America/New_York", currencyCode: "USD", countryCode: "US" };

it("takes zone, currency and country as Shopify says them", () => {
  expect(readShopProfile(settings)).toEqual({
    timeZone: "America/New_York",
    currency: "USD",
    locale: "en-US",
  });
});

it.each([
  "Europe/Kyiv",
  "Asia/Calcutta",
  "Asia/Kolkata",
  "Pacific/Chatham",
  "America/Argentina/Ushuaia",
  "Etc/UTC",
  "UTC",
])("knows the zone %s", (ianaTimezone) => {
  expect(readShopProfile({ ...settings, ianaTimezone }).timeZone).toBe(ianaTimezone);
});

it.each([
  "",
  "Mars/Olympus_Mons",
  "+05:00",
  "-0800",
  "05:00",
  " UTC",
  "America/New_York; DROP TABLE shops",
  "2026-01-01",
])("knows no zone %j", (ianaTimezone) => {
  expect(readShopProfile({ ...settings, ianaTimezone }).timeZone).toBeNull();
});

it.each([
  ["EUR", "EUR"],
  ["USDC", null],
  ["eur", null],
  ["", null],
])("reads the currency %j as %j", (currencyCode, currency) => {
  expect(readShopProfile({ ...settings, currencyCode }).currency).toBe(currency);
});

it.each([
  ["DE", "en-DE"],
  [null, "en"],
  ["ZZ", "en"],
  ["", "en"],
  ["DEU", "en"],
])("writes for the country %j as %j", (countryCode, locale) => {
  expect(readShopProfile({ ...settings, countryCode }).locale).toBe(locale);
  expect(() => new Intl.NumberFormat(locale)).not.toThrow();
});
