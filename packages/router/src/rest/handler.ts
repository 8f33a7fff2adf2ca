import { randomUUID } from "node:crypto";
import type { IncomingMessage, ServerResponse } from "node:http";
import {
  SessionError,
  type SessionService,
  type TimeoutSettings,
  type ValidationIssue,
} from "@adjourn/sessions";
import { requireAccess } from "../access.js";
import type { Context, Credentials, Principal } from "../context.js";
import { authenticateRequest } from "../credentials/authenticate-request.js";
import { invalidEnvelope, type Refusal, toRefusal } from "../errors/refusal.js";
import { strayKeyHeader } from "../requests/idempotency-key.js";
import { parseRequestTarget, type RequestTarget, unreadableTarget } from "../requests/request-target.js";
import { answerRefusal } from "./answer.js";
import { coerceInput } from "./coerce-input.js";
import { type Dialect, type DialectName, dialects } from "./dialects.js";
import { createRouteMatcher, type Match } from "./match-route.js";
import type { RouteInput } from "./parse-input.js";
import { perform } from "./perform.js";
import { CallerLeft, hasBody, readBody } from "./read-body.js";
import { mergeInput, readAddressInput } from "./read-input.js";
import type { Route } from "./routes.js";
import type { Wire } from "./stream-message.js";

export interface RestOptions {
  readonly sessions: SessionService;
  readonly credentials: Credentials;
  readonly dialect: DialectName;
  readonly timeouts: TimeoutSettings;
  /**
   * Checks `Host`, `Origin` and rate, in this order. Called after route and method, before key and role.
   * @throws SessionError `FORBIDDEN`, `RATE_LIMITED`
   */
  readonly admit?: (request: IncomingMessage, principal: Principal) => Promise<void> | null;
  /** Whether new calls are refused because the server shuts down. */
  readonly isDraining?: () => boolean;
  /** Called with every error that is sent to a caller, and with the request id of the answer. */
  readonly onError?: (error: unknown, where: { readonly path: string; readonly requestId: string }) => void;
}

/** What the caller of a {@link RestHandler} has made of a request already. */
export interface KnownRequest {
  readonly target: RequestTarget;
  readonly requestId: string;
}

export type RestHandler = (
  request: IncomingMessage,
  response: ServerResponse,
  known?: KnownRequest,
) => Promise<void>;

/**
 * Serves every route of the table on `node:http` and answers anything else with 404 or 405. Never rejects. Sets
 * `X-Request-Id` where the request is not known yet.
 */
export const createRestHandler = (options: RestOptions): RestHandler =>
  createHandler(options, restSurface(options, dialects[options.dialect]));

/** A table of routes, and how their inputs become answers. */
export interface Surface {
  readonly routes: readonly Route[];
  readonly maxBodyBytes: number;
  /** Converts an input before it is checked. */
  readonly coerce?: (route: Route, input: RouteInput, ctx: Context) => Promise<RouteInput>;
  /** The error of a request with these issues in its address or headers. */
  readonly invalid: (issues: readonly ValidationIssue[], route: Route, input: RouteInput) => SessionError;
  readonly perform: (route: Route, input: RouteInput, ctx: Context, wire: Wire) => Promise<void>;
}

const restSurface = (
  { dialect, sessions, timeouts }: RestOptions,
  { routes, maxBodyBytes }: Dialect,
): Surface => {
  const lenient = {
    limits: timeouts.limits,
    defaultTimeoutMinutes: (agentId: unknown) =>
      sessions.agent(String(agentId))?.timeoutConfig?.timeoutMinutes ?? timeouts.defaults.timeoutMinutes,
  };
  return {
    routes,
    maxBodyBytes,
    ...(dialect === "elizaos"
      ? { coerce: (route, input, ctx) => coerceInput(route.operation, input, lenient, ctx) }
      : {}),
    invalid: (issues, route, input) => invalidEnvelope(issues, route.operation, input),
    perform,
  };
};

/** Serves the routes of a surface, with the checks that all have in common. */
export const createHandler = (options: RestOptions, surface: Surface): RestHandler => {
  const dialect = dialects[options.dialect];
  const serve = createServe(options, dialect, surface);
  return async (request, response, known) => {
    const requestId = known?.requestId ?? mintRequestId(response);
    const refuse = (error: unknown): Refusal => {
      options.onError?.(error, { path: request.url?.split("?")[0] ?? "", requestId });
      return toRefusal(error, requestId);
    };
    try {
      const target = known?.target ?? parseRequestTarget(request.url);
      if (!target) throw unreadableTarget();
      await serve(request, response, { target, requestId }, refuse);
    } catch (error) {
      if (error instanceof CallerLeft) return;
      const refusal = refuse(error);
      const status = dialect.errorStatus(refusal);
      answerRefusal(response, { ...refusal, status }, dialect.errorBody(refusal));
    }
  };
};

/** The first failing check decides the answer; the order is the contract's (§3). */
const createServe = (options: RestOptions, dialect: Dialect, surface: Surface) => {
  const { sessions, credentials } = options;
  const { routes, maxBodyBytes, coerce, invalid } = surface;
  const matchRoute = createRouteMatcher(routes);
  const isDraining = options.isDraining ?? (() => false);
  const admit = options.admit ?? (() => null);
  return async (
    request: IncomingMessage,
    response: ServerResponse,
    { target, requestId }: KnownRequest,
    refuse: (error: unknown) => Refusal,
  ): Promise<void> => {
    const principal = await authenticateRequest(credentials, request.headers, target);
    const match = matchRoute(request.method ?? "GET", target.path);
    // Every request counts against the rate, but an error in its address is reported first.
    if (match.found !== "route") throw await routeRefusal(match, () => admit(request, principal));
    await admit(request, principal);
    const { route, parameters } = match;
    const address = readAddressInput(route, parameters, target);
    requireAccess(route.operation, principal, address.fields, readSoFar(route));
    const body = hasBody(request) ? await readBody(request, route.body, maxBodyBytes) : {};
    const merged = mergeInput(route, address, body, request);
    const ctx = { sessions, credentials, principal, requestId };
    const input = coerce ? await coerce(route, merged, ctx) : merged;
    const issues = [...address.issues, ...strayKeyHeader(route, request.headers["idempotency-key"])];
    if (issues.length > 0) throw invalid(issues, route, input);
    await surface.perform(route, input, ctx, { response, dialect, refuse, isDraining });
  };
};

/** What is known of the input before the body is read. */
const readSoFar = ({ body, namesSession }: Route): "all" | "address" | "nothing" => {
  if (!body) return "all";
  return namesSession === "body" ? "nothing" : "address";
};

const mintRequestId = (response: ServerResponse): string => {
  const requestId = randomUUID();
  response.setHeader("X-Request-Id", requestId);
  return requestId;
};

const routeRefusal = async (
  match: Exclude<Match, { readonly found: "route" }>,
  admit: () => Promise<void> | null,
): Promise<SessionError> => {
  try {
    await admit();
  } catch {
    // Its address is judged first.
  }
  return match.found === "nothing"
    ? new SessionError("NOT_FOUND", "Not found", {})
    : new SessionError("METHOD_NOT_ALLOWED", "Method not allowed", { allow: match.allow });
};
