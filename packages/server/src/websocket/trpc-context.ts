import type { Context, Credentials, Principal, TraceCall } from "@adjourn/router";
import { toRefusal } from "@adjourn/router";
import { SessionError, type SessionService } from "@adjourn/sessions";
import { type Close, sessionEndedClose, sessionNotFoundClose } from "@adjourn/transports";
import type { Sender } from "../admission/client-address.js";
import type { RequestGuard } from "../admission/request-guard.js";
import type { SessionSockets, SocketWatch } from "./session-sockets.js";
import type { WsTrpcSocket } from "./trpc-socket.js";

/** The results of a socket's upgrade. */
export interface Admission {
  /** From a header or a ticket; `nobody` if `connectionParams` will follow. */
  readonly principal: Principal;
  readonly requestId: string;
  readonly sender: Sender;
  readonly expectsParams: boolean;
}

export interface ContextDependencies {
  readonly sessions: SessionService;
  readonly credentials: Credentials;
  readonly requestGuard: RequestGuard;
  readonly sessionSockets: SessionSockets;
  /** Missing if no traces are exported. */
  readonly traceCall?: TraceCall | undefined;
}

export type ConnectionParams = Readonly<Record<string, string | undefined>>;

export interface SocketContext {
  readonly context: Context;
  /** Null if there is nothing to watch. */
  readonly watch: SocketWatch | null;
}

/**
 * The context of all calls on a socket.
 * @throws SessionError `UNAUTHORIZED`; for the token of a session that is gone, `SESSION_NOT_FOUND` or `SESSION_EXPIRED`
 */
export const makeContext = async (
  socket: WsTrpcSocket,
  { principal: admitted, requestId, sender }: Admission,
  { sessions, credentials, requestGuard, sessionSockets, traceCall }: ContextDependencies,
  { token, sessionId }: ConnectionParams,
): Promise<SocketContext> => {
  const principal = token === undefined ? admitted : await credentials.authenticate(token);
  if (principal.role === "nobody") throw new SessionError("UNAUTHORIZED", "A valid key is required");
  socket.onlySessionId = principal.role === "session" ? principal.sessionId : (sessionId ?? null);
  const context = { sessions, credentials, principal, requestId, socket, traceCall };
  if (principal.role === "session") {
    const watch = await sessions.watchEnd(principal, () => socket.sessionEnded());
    return { context, watch };
  }
  // A connection with a key does not count against its address.
  if (principal.role === "admin" || principal.role === "service")
    await requestGuard.count(sender, principal, 0);
  return { context, watch: await sessionSockets.add(sessionId, socket) };
};

/** The close of a socket whose caller is refused. */
export const closeFor = (error: unknown): Close => {
  switch (toRefusal(error).code) {
    case "SESSION_NOT_FOUND":
      return sessionNotFoundClose;
    case "SESSION_EXPIRED":
      return sessionEndedClose;
    case "SERVICE_UNAVAILABLE":
      return { code: 1013, reason: "try again later" };
    default:
      return { code: 1008, reason: "no valid key" };
  }
};
