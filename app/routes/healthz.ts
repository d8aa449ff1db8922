import { answerOtherMethods, onlyMethod } from "../platform/http/methods.server.ts";

/** Alive: the process answers. What it depends on is `/readyz`. */
export function loader({ request }: { request: Request }): Response {
  return (
    answerOtherMethods(request, "GET") ??
    Response.json({ status: "ok" }, { headers: { "Cache-Control": "no-store" } })
  );
}

export const action = onlyMethod("GET");
