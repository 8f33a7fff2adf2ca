import type { Inputs, SessionService, SubscriberCredential } from "@adjourn/sessions";
import type { Close } from "../close-codes.js";

/** A WebSocket that carries tRPC calls, as far as a subscription needs it. */
export interface TrpcSocket {
  /** Bytes written that the peer has not taken yet. */
  readonly waitingBytes: number;
  drained(): Promise<void>;
  /** Writes a frame that `textFrame` made. */
  writeFrame(frame: Buffer): void;
  /** Sends what is written until {@link uncork} with one system call. */
  cork(): void;
  uncork(): void;
  /** Set by `connectionParams.sessionId` or a session's token: the socket serves this session only and closes with it. */
  readonly onlySessionId: string | null;
  /** Registers a call in flight. The returned function marks it as answered, once. */
  beginCall(): () => void;
  /** Closes; a peer that does not answer the close within a second is destroyed. */
  close(close: Close): void;
  /** Closes once the calls in flight are answered, or after `withinMs`. */
  closeAfterAnswers(close: Close, withinMs?: number): void;
  terminate(): void;
  /** Number of open subscriptions on this socket; at most 100. */
  readonly subscriptions: number;
  /** @param sessionId of its events; null if it has those of all sessions */
  beginSubscription(sessionId: string | null): void;
  /** Called once for each subscription that began, with the same session. */
  endSubscription(sessionId: string | null): void;
  /** Called when a subscription that the hub writes to is over: complete, stopped or refused. */
  left(subscription: HubSubscription): void;
  /** Whether another subscription of this session, which the hub writes to, has not received its end yet. */
  isSubscribedTo(sessionId: string): boolean;
}

/** A subscription on a socket whose frames the hub writes. */
export interface HubSubscription {
  /** Subscribes it. @throws SessionError like the domain's `sessionEvents`, and `RATE_LIMITED` beyond 100 a socket */
  begin(
    sessions: Pick<SessionService, "sessionEvents">,
    input: Inputs["sessionEvents"],
    credential: SubscriberCredential,
  ): Promise<void>;
}

/** The HTTP response that a tRPC subscription over SSE is written to. */
export interface TrpcResponse {
  /** Bytes written that the peer has not taken yet. */
  readonly waitingBytes: number;
  /** Cuts the connection. */
  destroy(): void;
}

/** The connection that a tRPC subscription arrived on: `socket` or `response` is set. */
export interface TrpcPeer {
  readonly socket?: TrpcSocket | undefined;
  readonly response?: TrpcResponse | undefined;
  /** Set for a subscription on a socket to which the hub writes itself. */
  readonly subscription?: HubSubscription | undefined;
}
