import type { IncomingMessage } from "node:http";
import { chatRoutes } from "../chat/chat-routes.js";
import { isMcpPath } from "../mcp/mcp-handler.js";
import { createRouteMatcher } from "../rest/match-route.js";
import { routes } from "../rest/routes.js";
import { parseRequestTarget } from "./request-target.js";
import { readTrpcRequest } from "./trpc-request.js";

const matchRoute = createRouteMatcher([...routes, ...Object.values(chatRoutes)]);

/** The operationId that a request asks for; `batch` for several calls, `mcp` for tools; null for any other request. */
export const operationOfRequest = (
  request: Pick<IncomingMessage, "method" | "url" | "headers">,
): string | null => {
  const target = parseRequestTarget(request.url);
  if (target === null) return null;
  if (isMcpPath(target.path)) return "mcp";
  if (target.path.startsWith("/trpc/")) {
    const { names, isKnown } = readTrpcRequest(target, request);
    if (!isKnown) return null;
    return names.length === 1 ? (names[0] ?? null) : "batch";
  }
  const match = matchRoute(request.method ?? "GET", target.path);
  return match.found === "route" ? match.route.operation : null;
};
