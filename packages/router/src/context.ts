import type { Sessions } from "@adjourn/sessions";
import type { BatchBudget } from "./batch-budget.js";

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

/** A WebSocket that tRPC calls arrive on, as far as a listener needs it. */
export interface TrpcSocket {
  readonly waitingBytes: number;
  drained(): Promise<void>;
  /** From `connectionParams.sessionId` or a session's token: the socket is for this session alone and closes with it. */
  readonly onlySessionId: string | null;
  /** Notes that a call is under way; what is returned says that it is answered, once. */
  beginCall(): () => void;
  /** Gives the peer its time to answer and then destroys. */
  close(close: { readonly code: number; readonly reason: string }): void;
  /** The same once the calls under way are answered, or so long after. */
  closeAfterAnswers(close: { readonly code: number; readonly reason: string }, withinMs?: number): void;
  terminate(): void;
  /** Subscriptions open on this socket now; the limit is 100. */
  readonly subscriptions: number;
  /** Notes one more; what is returned says that it is over, and may be called again. */
  beginSubscription(): () => void;
}

/** The HTTP response that a tRPC subscription over SSE streams on. */
export interface TrpcResponse {
  readonly waitingBytes: number;
  /** Cuts the connection. */
  destroy(): void;
}

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
  readonly sessions: Sessions;
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
