import { isChatPath, isMcpPath, routes } from "@adjourn/router";

const restRoots: ReadonlySet<string> = new Set(routes.map(({ path }) => rootOf(path)));

/** The first two segments of a path, which distinguish the API's operations from an application's. */
function rootOf(path: string): string {
  return path.split("/", 3).join("/");
}

/** Whether a path is an endpoint's, or below one. Other paths are left to the application around it. */
export const isServedPath = (path: string, pages: ReadonlyMap<string, unknown>): boolean => {
  const place = path.endsWith("/") ? path.slice(0, -1) : path;
  return (
    path.startsWith("/trpc/") ||
    restRoots.has(rootOf(path)) ||
    isChatPath(path) ||
    isMcpPath(path) ||
    place === "/healthz" ||
    place === "/readyz" ||
    pages.has(place)
  );
};
