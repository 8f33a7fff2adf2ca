import { SessionError } from "@adjourn/sessions";
import type { TrpcSocket } from "./trpc-peer.js";

const maxSubscriptions = 100;

/**
 * Counts a subscription on its socket. The returned function releases the slot, once.
 * @throws SessionError `RATE_LIMITED` beyond 100 per socket
 */
export const takeSubscriptionSlot = (socket: TrpcSocket | undefined): (() => void) => {
  if (!socket) return () => {};
  if (socket.subscriptions >= maxSubscriptions)
    throw new SessionError("RATE_LIMITED", `A socket carries at most ${maxSubscriptions} subscriptions`, {
      limit: maxSubscriptions,
    });
  return socket.beginSubscription();
};
