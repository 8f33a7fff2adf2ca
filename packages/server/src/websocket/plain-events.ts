import {
  invalidEnvelope,
  type Principal,
  type RequestTarget,
  readEventsAddress,
  requireAccess,
  subscriberCredential,
} from "@adjourn/router";
import { inputs, SessionError, type SessionService, type Subscription } from "@adjourn/sessions";
import {
  type Close,
  closeSocket,
  type PeerSocket,
  PlainWebSocketSink,
  sessionEndedClose,
  sessionNotFoundClose,
} from "@adjourn/transports";

/** The session id of an events path, still encoded; null for any other path. */
export const eventsSegment = (pathname: string): string | null =>
  /^\/api\/messaging\/sessions\/([^/]+)\/events\/?$/.exec(pathname)?.[1] ?? null;

/** A subscriber whose socket does not exist yet: it is attached to the socket, or abandoned if the connection is lost. */
export interface SocketSubscriber {
  attach(socket: PeerSocket): void;
  abandon(): void;
}

/**
 * Subscribes a plain WebSocket before its upgrade is answered.
 * @throws SessionError for errors that are answered by status: key, role, input. A session that is gone is not among them.
 */
export const subscribePlainEvents = async (
  sessions: SessionService,
  principal: Principal,
  { segment, target }: { readonly segment: string; readonly target: RequestTarget },
): Promise<SocketSubscriber> => {
  const { fields, issues } = readEventsAddress(segment, target);
  requireAccess("sessionEvents", principal, fields);
  const input = inputs.sessionEvents.safeParse(fields);
  if (!input.success || issues.length > 0) throw invalidEnvelope(issues, "sessionEvents", fields);
  const sink = new PlainWebSocketSink();
  try {
    const subscription = await sessions.sessionEvents(input.data, sink, subscriberCredential(principal));
    return toSocketSubscriber(sink, subscription);
  } catch (error) {
    const close = closeFor(error);
    if (!close) throw error;
    // A browser can't read a status, so the close code says that the session is gone.
    return { attach: (socket) => closeSocket(socket, close), abandon: () => {} };
  }
};

const toSocketSubscriber = (sink: PlainWebSocketSink, subscription: Subscription): SocketSubscriber => ({
  attach: (socket) => sink.attach(socket, subscription),
  abandon: () => subscription.leave(),
});

const closeFor = (error: unknown): Close | null => {
  if (!(error instanceof SessionError)) return null;
  if (error.code === "SESSION_NOT_FOUND") return sessionNotFoundClose;
  return error.code === "SESSION_EXPIRED" ? sessionEndedClose : null;
};
