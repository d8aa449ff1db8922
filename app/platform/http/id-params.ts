import { z } from "zod";

/** `{id}` in a path. Any UUID may be asked for; whether it names something is for the database to say. */
export const IdParams = z.object({ id: z.guid() });
export type IdParams = z.infer<typeof IdParams>;
