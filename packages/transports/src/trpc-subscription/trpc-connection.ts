import { type DropCause, SessionError } from "@adjourn/sessions";
import { dropCloses, sessionEndedClose } from "../close-codes.js";
import type { TrpcResponse, TrpcSocket } from "./trpc-peer.js";

/** What is below a tRPC subscription: the connection that its frames go out on. */
export interface TrpcWire {
  /** Bytes handed to the connection that the peer has not taken yet. */
  readonly waitingBytes: number;
  drained(): Promise<void>;
  /** Called once the wire has said that the subscription is complete. */
  completed(): void;
  /** Lets go of the peer; an error is what the subscription then fails with, null where it goes with its socket. */
  drop(cause: DropCause): Error | null;
  destroy(): void;
}

/** How long calls under way may hold up the close of a socket whose session is over. */
const answersWithinMs = 1_000;

/** A WebSocket outlives its subscriptions, unless it was opened for one session alone. */
export const socketWire = (socket: TrpcSocket, sessionId: string): TrpcWire => ({
  get waitingBytes() {
    return socket.waitingBytes;
  },
  drained: () => socket.drained(),
  completed: () => {
    if (socket.onlySessionId === sessionId) socket.closeAfterAnswers(sessionEndedClose, answersWithinMs);
  },
  // A stock client whose subscription goes with its socket comes back with its last id.
  drop: (cause) => {
    if (cause === "draining") socket.closeAfterAnswers(dropCloses.draining);
    else socket.close(dropCloses[cause]);
    return null;
  },
  destroy: () => socket.terminate(),
});

/** Gone HTTP each subscription has a response of its own, which tRPC ends. */
export const responseWire = (response: TrpcResponse | undefined): TrpcWire => ({
  get waitingBytes() {
    return response?.waitingBytes ?? 0;
  },
  drained: () => Promise.resolve(),
  completed: () => {},
  drop: (cause) => {
    if (cause === "too_slow") response?.destroy();
    // tRPC's SSE link retries what has a 5xx code.
    return new SessionError("SERVICE_UNAVAILABLE", "The connection is let go; come back with the last id");
  },
  destroy: () => response?.destroy(),
});
