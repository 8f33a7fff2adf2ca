import type { Close } from "../close-codes.js";

/** A WebSocket that carries tRPC calls, as far as a subscription needs it. */
export interface TrpcSocket {
  /** Bytes written that the peer has not taken yet. */
  readonly waitingBytes: number;
  drained(): Promise<void>;
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
  /** Registers a subscription. The returned function removes it and is idempotent. */
  beginSubscription(): () => void;
}

/** The HTTP response that a tRPC subscription over SSE is written to. */
export interface TrpcResponse {
  /** Bytes written that the peer has not taken yet. */
  readonly waitingBytes: number;
  /** Cuts the connection. */
  destroy(): void;
}

/** The connection that a tRPC subscription arrived on: exactly one of the two is set. */
export interface TrpcPeer {
  readonly socket?: TrpcSocket | undefined;
  readonly response?: TrpcResponse | undefined;
}
