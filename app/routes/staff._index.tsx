import { Page } from "@shopify/polaris";
import { staffPage } from "../modules/staff/staff-page.server.ts";

export const loader = staffPage({}, async () => ({}));

export default function StaffShops() {
  return <Page title="Shops" fullWidth />;
}
