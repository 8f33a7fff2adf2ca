import { SessionError } from "@adjourn/sessions";
import type { TrpcSocket } from "./trpc-peer.js";

const maxSubscriptions = 100;

/**
 * Counts a subscription on its socket. `endSubscription` releases the slot.
 * @throws SessionError `RATE_LIMITED` beyond 100 per socket
 */
export const beginSubscription = (socket: TrpcSocket, sessionId: string | null): void => {
  if (socket.subscriptions >= maxSubscriptions)
    throw new SessionError("RATE_LIMITED", `A socket carries at most ${maxSubscriptions} subscriptions`, {
      limit: maxSubscriptions,
    });
  socket.beginSubscription(sessionId);
};

/** Like {@link beginSubscription}, also without a socket. The returned function releases the slot, once. */
export const takeSubscriptionSlot = (
  socket: TrpcSocket | undefined,
  sessionId: string | null,
): (() => void) => {
  if (!socket) return () => {};
  beginSubscription(socket, sessionId);
  let isOpen = true;
  return () => {
    if (isOpen) socket.endSubscription(sessionId);
    isOpen = false;
  };
};
