import type { SessionService } from "@adjourn/sessions";
import type { TrpcResponse, TrpcSocket } from "@adjourn/transports";
import type { BatchBudget } from "./requests/batch-budget.js";

/**
 * Who a request comes from. `anonymous`: no keys are in use. `nobody`: keys are in use and none that holds was given;
 * `why` says whether one was missing or wrong. `session`: the token of one session, dead once that session is over.
 * `name` is the key's, null where the operator gave it none. `ticketUntil` (ms) is set on those who came with a ticket:
 * a ticket that they ask for is no good for longer than their own.
 */
export type Principal =
  | { readonly role: "admin" | "service"; readonly name: string | null; readonly ticketUntil?: number }
  | { readonly role: "session"; readonly sessionId: string; readonly ticketUntil?: number }
  | { readonly role: "anonymous" }
  | { readonly role: "nobody"; readonly why: "missing" | "invalid" };

/** What mints and checks credentials; the server makes it from the keys that it was given. */
export interface Credentials {
  /** False on a loopback host with no keys set. */
  readonly inUse: boolean;
  /** A key, session token or ticket to the one who brings it; what came in an address may only be a ticket. */
  authenticate(credential: string | null, allowed?: "any" | "ticket"): Promise<Principal>;
  sessionToken(sessionId: string): Promise<string>;
  /** The principal's own rights for 60 s; `expiresAt` in ms. */
  ticket(principal: Principal): Promise<{ readonly ticket: string; readonly expiresAt: number }>;
}

/** What every procedure has, whichever door the call came through. */
export interface Context {
  readonly sessions: SessionService;
  readonly credentials: Credentials;
  readonly principal: Principal;
  readonly requestId: string;
  /** Present on calls that came over tRPC's WebSocket. */
  readonly socket?: TrpcSocket | undefined;
  /**
   * Present on calls that came over HTTP, tRPC's own: judges the request's body and query as a whole, as far as they
   * have been read. After key and role, before the input.
   * @throws SessionError `PAYLOAD_TOO_LARGE`, `UNSUPPORTED_MEDIA_TYPE`, `INVALID_JSON`, `VALIDATION_ERROR`
   */
  readonly judgeRequest?: (() => void) | undefined;
  /** Present on calls that came in a batch over HTTP. */
  readonly batch?: BatchBudget | undefined;
  /** Present on calls that came over HTTP, tRPC's own. */
  readonly response?: TrpcResponse | undefined;
}
