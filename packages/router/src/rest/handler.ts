import { randomUUID } from "node:crypto";
import type { IncomingMessage, ServerResponse } from "node:http";
import { SessionError, type SessionService, type TimeoutSettings } from "@adjourn/sessions";
import { requireAccess } from "../access.js";
import type { Credentials, Principal } from "../context.js";
import { authenticateRequest } from "../credentials/authenticate-request.js";
import { invalidEnvelope, type Refusal, toRefusal } from "../errors/refusal.js";
import { strayKeyHeader } from "../requests/idempotency-key.js";
import { parseRequestTarget, unreadableTarget } from "../requests/request-target.js";
import { answerRefusal } from "./answer.js";
import { coerceInput } from "./coerce-input.js";
import { type Dialect, type DialectName, dialects } from "./dialects.js";
import { createRouteMatcher, type RouteMatcher } from "./match-route.js";
import { perform } from "./perform.js";
import { CallerLeft, readBody } from "./read-body.js";
import { mergeInput, readAddressInput } from "./read-input.js";

export interface RestOptions {
  readonly sessions: SessionService;
  readonly credentials: Credentials;
  readonly dialect: DialectName;
  readonly timeouts: TimeoutSettings;
  /**
   * Checks `Host`, `Origin` and rate, in this order. Called after route and method, before key and role.
   * @throws SessionError `FORBIDDEN`, `RATE_LIMITED`
   */
  readonly admit?: (request: IncomingMessage, principal: Principal) => void | Promise<void>;
  /** Whether new calls are refused because the server shuts down. */
  readonly isDraining?: () => boolean;
  /** Called with every error that is sent to a caller, and with the request id of the answer. */
  readonly onError?: (error: unknown, where: { readonly path: string; readonly requestId: string }) => void;
}

export type RestHandler = (request: IncomingMessage, response: ServerResponse) => Promise<void>;

/**
 * Serves every route of the table on `node:http` and answers anything else with 404 or 405. Never rejects. Keeps an
 * `X-Request-Id` that is already set on the answer.
 */
export const createRestHandler = (options: RestOptions): RestHandler => {
  const dialect = dialects[options.dialect];
  const serve = createServe(options, dialect);
  return async (request, response) => {
    const requestId = requestIdOf(response);
    const refuse = (error: unknown): Refusal => {
      options.onError?.(error, { path: request.url?.split("?")[0] ?? "", requestId });
      return toRefusal(error, requestId);
    };
    try {
      await serve(request, response, requestId, refuse);
    } catch (error) {
      if (error instanceof CallerLeft) return;
      const refusal = refuse(error);
      const status = dialect.errorStatus(refusal);
      answerRefusal(response, { ...refusal, status }, dialect.errorBody(refusal));
    }
  };
};

/** The first failing check decides the answer; the order is the contract's (§3). */
const createServe = (options: RestOptions, dialect: Dialect) => {
  const { sessions, credentials, timeouts } = options;
  const matchRoute = createRouteMatcher(dialect.routes);
  const isDraining = options.isDraining ?? (() => false);
  const lenient = {
    limits: timeouts.limits,
    defaultTimeoutMinutes: (agentId: unknown) =>
      sessions.agent(String(agentId))?.timeoutConfig?.timeoutMinutes ?? timeouts.defaults.timeoutMinutes,
  };
  return async (
    request: IncomingMessage,
    response: ServerResponse,
    requestId: string,
    refuse: (error: unknown) => Refusal,
  ): Promise<void> => {
    const target = parseRequestTarget(request.url);
    if (!target) throw unreadableTarget();
    const principal = await authenticateRequest(credentials, request.headers, target.search);
    const admitted = (async () => options.admit?.(request, principal))();
    // Every request counts against the rate, but an error in its address is reported first.
    admitted.catch(() => {});
    const { route, parameters } = requireRoute(matchRoute, request, target.path);
    await admitted;
    const address = readAddressInput(route, parameters, target);
    requireAccess(route.operation, principal, address.fields, route.body ? "address" : "all");
    const body = await readBody(request, route.body, dialect.maxBodyBytes);
    const merged = mergeInput(route, address, body, request);
    const ctx = { sessions, credentials, principal, requestId };
    const input =
      options.dialect === "elizaos" ? await coerceInput(route.operation, merged, lenient, ctx) : merged;
    const issues = [...address.issues, ...strayKeyHeader(route, request.headers["idempotency-key"])];
    if (issues.length > 0) throw invalidEnvelope(issues, route.operation, input);
    await perform(route, input, ctx, { response, dialect, refuse, isDraining });
  };
};

const requestIdOf = (response: ServerResponse): string => {
  const given = response.getHeader("X-Request-Id");
  if (typeof given === "string") return given;
  const requestId = randomUUID();
  response.setHeader("X-Request-Id", requestId);
  return requestId;
};

const requireRoute = (matchRoute: RouteMatcher, { method = "GET" }: IncomingMessage, path: string) => {
  const match = matchRoute(method, path);
  if (match.found === "route") return match;
  if (match.found === "nothing") throw new SessionError("NOT_FOUND", "Not found", {});
  throw new SessionError("METHOD_NOT_ALLOWED", "Method not allowed", { allow: match.allow });
};
