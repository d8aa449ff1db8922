import { redirect } from "@remix-run/node";
import { z } from "zod";
import { setCookie } from "../modules/staff/session-cookie.server.ts";
import { signStaffOut } from "../modules/staff/sign-in.server.ts";
import { staffAction } from "../modules/staff/staff-page.server.ts";

/** Ends the session here, and leads to where the provider ends its own. */
export const action = staffAction({ form: z.object({}) }, async (call) => {
  const next = await signStaffOut(call);
  return redirect(next, { headers: { "Set-Cookie": setCookie("session", null) } });
});

/** Reloading it, or coming back to it, leads to the first page. */
export const loader = () => redirect("/staff");
