import type { ServerBuild } from "@remix-run/node";
import { matchRoutes } from "@remix-run/react";

type Routes = ServerBuild["routes"];
type MatchedRoute = NonNullable<Parameters<typeof matchRoutes>[0]>[number];

/**
 * Which of the app's routes an address goes to, as `/app/connectors/:id`: as many values as there are routes, whatever
 * is asked for. Files of the build are `/assets/*`; what no route but the catch-all answers is `other`.
 */
export function routePatterns(routes: Routes): (path: string) => string {
  const tree = childrenOf(routes, undefined);
  return (path) => {
    if (path.startsWith("/assets/")) return "/assets/*";
    if (!isDecodable(path)) return "other";
    const matched = matchRoutes(tree, path)?.flatMap(({ route }) => route.path || []) ?? ["*"];
    const pattern = `/${matched.join("/")}`;
    return pattern === "/*" ? "other" : pattern;
  };
}

function isDecodable(path: string): boolean {
  try {
    return decodeURI(path) !== "";
  } catch {
    return false;
  }
}

function childrenOf(routes: Routes, parentId: string | undefined): MatchedRoute[] {
  return Object.values(routes)
    .filter((route) => route !== undefined && route.parentId === parentId)
    .map(({ id, path = "", index }) =>
      index ? { id, path, index } : { id, path, children: childrenOf(routes, id) },
    );
}
