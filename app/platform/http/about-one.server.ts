import { AppError } from "../errors.ts";
import { IdParams } from "./id-params.ts";

/**
 * Runs the work of a page that is about one thing. An id that is none, or that names nothing of this shop, becomes a
 * thrown 404, which the page's boundary draws.
 */
export async function aboutOne<T>(id: string | undefined, work: (id: string) => Promise<T>): Promise<T> {
  const named = IdParams.safeParse({ id });
  if (!named.success) throw new Response(null, { status: 404 });
  try {
    return await work(named.data.id);
  } catch (error) {
    throw error instanceof AppError && error.code === "not_found"
      ? new Response(null, { status: 404 })
      : error;
  }
}
