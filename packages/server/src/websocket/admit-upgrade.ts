import type { IncomingMessage } from "node:http";
import {
  authenticateRequest,
  type Credentials,
  type Principal,
  parseRequestTarget,
  type RequestTarget,
  unreadableTarget,
} from "@adjourn/router";
import { SessionError, validationError } from "@adjourn/sessions";
import { hasSeveralHosts, severalHosts } from "../admission/host-header.js";
import { type RequestGuard, unreadableCaller } from "../admission/request-guard.js";
import { eventsSegment } from "./plain-events.js";

interface Dependencies {
  readonly credentials: Credentials;
  readonly requestGuard: RequestGuard;
}

export interface Upgrade {
  /** The session id of an events path, still encoded; null for tRPC. */
  readonly segment: string | null;
  readonly target: RequestTarget;
  readonly principal: Principal;
}

/** Whether WebSockets are served at a path. */
export const isSocketPath = (path: string): boolean => path === "/trpc" || eventsSegment(path) !== null;

/** The checks before key and role. @throws SessionError `VALIDATION_ERROR`, `NOT_FOUND`, `METHOD_NOT_ALLOWED`, `FORBIDDEN`, `RATE_LIMITED` */
export const admitUpgrade = async (
  { credentials, requestGuard }: Dependencies,
  request: IncomingMessage,
): Promise<Upgrade> => {
  if (hasSeveralHosts(request)) {
    await requestGuard.count(request, unreadableCaller);
    throw severalHosts();
  }
  const target = parseRequestTarget(request.url);
  if (!target) {
    await requestGuard.admit(request, unreadableCaller);
    throw unreadableTarget();
  }
  const { path } = target;
  const segment = eventsSegment(path);
  if (path !== "/trpc" && segment === null)
    throw new SessionError("NOT_FOUND", "No WebSocket is served at this path", { path });
  if (request.method !== "GET") throw new SessionError("METHOD_NOT_ALLOWED", "Only GET upgrades");
  const principal = await authenticateRequest(credentials, request.headers, target);
  await requestGuard.admit(request, principal);
  return { segment, target, principal };
};

/** On a tRPC socket a key may also come in `connectionParams`, if the address announces them. */
export const requirePrincipal = (principal: Principal, { search }: RequestTarget): void => {
  if (principal.role !== "nobody") return;
  const isMissing = principal.why === "missing";
  if (isMissing && search.get("connectionParams") === "1") return;
  throw new SessionError("UNAUTHORIZED", isMissing ? "A key is required" : "The key is not valid");
};

/** Refuses a handshake that ws would refuse, before anything subscribes for it. */
export const requireHandshake = ({ headers }: IncomingMessage): void => {
  const { upgrade, "sec-websocket-key": key, "sec-websocket-version": version } = headers;
  const isHandshake =
    upgrade?.toLowerCase() === "websocket" &&
    /^[+/0-9A-Za-z]{22}==$/.test(key ?? "") &&
    (version === "13" || version === "8");
  if (!isHandshake) throw validationError({ path: "", message: "Not a WebSocket handshake" });
};
