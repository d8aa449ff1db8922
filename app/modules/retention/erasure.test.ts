import { expect, test } from "vitest";
import { decideErasure } from "./erasure.ts";

const at = (hours: number) => new Date(Date.UTC(2026, 10, 1, hours));
const facts = { installedAt: at(0), uninstalledAt: null, lastHeardUninstalledAt: null, askedAt: at(48) };

test.each([
  ["removed: erased", { uninstalledAt: at(1) }, true, "uninstalled"],
  [
    "removed, taken back and removed again: erased",
    { installedAt: at(5), uninstalledAt: at(9) },
    true,
    "uninstalled",
  ],
  [
    "taken back before Shopify asked: kept",
    { installedAt: at(5), lastHeardUninstalledAt: at(1) },
    false,
    "installed_again",
  ],
  [
    "taken back after Shopify asked: kept",
    { installedAt: at(49), lastHeardUninstalledAt: at(1) },
    false,
    "installed_again",
  ],
  ["opened after Shopify asked, removal unheard: kept", { installedAt: at(49) }, false, "installed_again"],
  ["opened when Shopify asked, removal unheard: erased", { installedAt: at(48) }, true, "uninstall_unheard"],
  ["removal never heard of: erased", {}, true, "uninstall_unheard"],
])("%s", (_, known, erase, reason) => {
  expect(decideErasure({ ...facts, ...known })).toEqual({ erase, reason });
});
