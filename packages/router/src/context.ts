import type { EndedVia, SessionService } from "@adjourn/sessions";
import type { HubSubscription, TrpcResponse, TrpcSocket } from "@adjourn/transports";
import type { BatchBudget } from "./requests/batch-budget.js";

/**
 * The caller of a request. `anonymous`: no keys are configured. `nobody`: keys are configured and the request has no valid
 * one; `why` says whether it was missing or invalid. `session`: the token of one session, invalid once that session has
 * ended. `name` is the key's name, or null. `ticketUntil` (ms) is set for a caller with a ticket: a ticket issued to it
 * expires no later than its own.
 */
export type Principal =
  | { readonly role: "admin" | "service"; readonly name: string | null; readonly ticketUntil?: number }
  | { readonly role: "session"; readonly sessionId: string; readonly ticketUntil?: number }
  | { readonly role: "anonymous" }
  | { readonly role: "nobody"; readonly why: "missing" | "invalid" };

/** Issues and checks credentials. */
export interface Credentials {
  /** False if no keys are configured. */
  readonly inUse: boolean;
  /** Resolves a key, session token or ticket to its caller. From an address, only a ticket is accepted. */
  authenticate(credential: string | null, allowed?: "any" | "ticket"): Promise<Principal>;
  sessionToken(sessionId: string): Promise<string>;
  /** A ticket with the principal's own rights for 60 s. `expiresAt` is in ms. */
  ticket(principal: Principal): Promise<{ readonly ticket: string; readonly expiresAt: number }>;
}

/** Records a call with its name, from its checks to its result. */
export type TraceCall = <Result extends { readonly ok: boolean; readonly error?: Error }>(
  operation: string,
  next: () => Promise<Result>,
) => Promise<Result>;

/** The context of every procedure, on every transport. */
export interface Context {
  readonly sessions: SessionService;
  readonly credentials: Credentials;
  readonly principal: Principal;
  readonly requestId: string;
  /** The way of the call if endings are to record it. */
  readonly via?: EndedVia | undefined;
  /** Present on calls over tRPC's WebSocket. */
  readonly socket?: TrpcSocket | undefined;
  /** Present on those calls where traces are exported. A call over HTTP is recorded with its request. */
  readonly traceCall?: TraceCall | undefined;
  /** Present on a subscription over tRPC's WebSocket whose frames the hub writes itself. */
  readonly subscription?: HubSubscription | undefined;
  /**
   * Present on tRPC calls over HTTP: checks the request's body and query as a whole, as far as they have been read. Called
   * after the checks of key and role and before the input is parsed.
   * @throws SessionError `PAYLOAD_TOO_LARGE`, `UNSUPPORTED_MEDIA_TYPE`, `INVALID_JSON`, `VALIDATION_ERROR`
   */
  readonly checkRequest?: (() => void) | undefined;
  /** Present on calls in a batch over HTTP. */
  readonly batch?: BatchBudget | undefined;
  /** Present on tRPC calls over HTTP. */
  readonly response?: TrpcResponse | undefined;
}
