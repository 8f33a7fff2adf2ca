import { type DropCause, SessionError } from "@adjourn/sessions";
import { dropCloses, sessionEndedClose } from "../close-codes.js";
import type { TrpcResponse, TrpcSocket } from "./trpc-peer.js";

/** The connection that the frames of a tRPC subscription are written to. */
export interface TrpcWire {
  /** Bytes written that the peer has not taken yet. */
  readonly waitingBytes: number;
  drained(): Promise<void>;
  /** Called once tRPC has written that the subscription is complete. */
  completed(): void;
  /** Drops the peer. @returns the error of the subscription; null if it closes together with its socket */
  drop(cause: DropCause): Error | null;
  destroy(): void;
}

/** How long calls in flight may delay the close of a socket whose session has ended. */
export const answersWithinMs = 1_000;

/** A WebSocket outlives its subscriptions, unless it was opened for one session only. */
export const socketWire = (socket: TrpcSocket, sessionId: string): TrpcWire => ({
  get waitingBytes() {
    return socket.waitingBytes;
  },
  drained: () => socket.drained(),
  completed: () => {
    if (socket.onlySessionId === sessionId) socket.closeAfterAnswers(sessionEndedClose, answersWithinMs);
  },
  // A stock client reconnects after its socket closes and resumes with its last event id.
  drop: (cause) => {
    if (cause === "draining") socket.closeAfterAnswers(dropCloses.draining);
    else socket.close(dropCloses[cause]);
    return null;
  },
  destroy: () => socket.terminate(),
});

/** Over HTTP, each subscription has a response of its own, which tRPC ends. */
export const responseWire = (response: TrpcResponse | undefined): TrpcWire => ({
  get waitingBytes() {
    return response?.waitingBytes ?? 0;
  },
  drained: () => Promise.resolve(),
  completed: () => {},
  drop: (cause) => {
    if (cause === "too_slow") response?.destroy();
    // tRPC's SSE link retries errors with a 5xx code.
    return new SessionError(
      "SERVICE_UNAVAILABLE",
      "The connection is dropped; reconnect with the last event id",
    );
  },
  destroy: () => response?.destroy(),
});
