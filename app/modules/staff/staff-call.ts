import type { z } from "zod";
import type { Actor } from "../shops/shop.ts";
import type { Staff } from "./staff.ts";

export type Schema = z.ZodType | undefined;
export type Parsed<S extends Schema> = S extends z.ZodType ? z.output<S> : undefined;

/** What the work of a staff page, form or API is called with: who asks, and for what. */
export interface StaffCall<Params extends Schema = undefined, Query extends Schema = undefined> {
  staff: Staff;
  /** The same person for timelines and the audit. */
  actor: Actor;
  params: Parsed<Params>;
  query: Parsed<Query>;
  now: Date;
  requestId: string;
  request: Request;
}

/**
 * What a form's action answers. A failure names what the form can show beside each field, and nothing that was entered
 * is lost.
 */
export type FormAnswer<Done extends object> =
  | ({ ok: true } & Done)
  | { ok: false; code: string; message: string; errors: Record<string, string> };

/** What an error page of the staff pages is drawn from. */
export interface StaffProblem {
  code: string;
  message: string;
}
