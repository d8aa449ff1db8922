import { staffPage } from "../modules/staff/staff-page.server.ts";
import { AppError } from "../platform/errors.ts";

/** An unknown address under /staff, for somebody who is signed in: the page that says so. */
export const loader = staffPage({}, async (): Promise<object> => {
  throw new AppError("not_found", "There is no such page.");
});

export default function StaffNowhere() {
  return null;
}
