import { Link } from "@remix-run/react";
import type { SetupDone, SetupPage } from "../modules/staff/setup-page.ts";

/** What every card of the setup page is given. */
export interface SetupSection {
  page: SetupPage;
  now: string;
  onDone: (done: SetupDone) => void;
}

/** To a page about one connector. */
export const connectorLink = (page: SetupPage, connectorId: string, part: string, label: string) => (
  <Link to={`/staff/shops/${page.shop.domain}/connectors/${connectorId}/${part}`}>{label}</Link>
);
