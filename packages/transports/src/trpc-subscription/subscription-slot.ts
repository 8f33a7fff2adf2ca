import { SessionError } from "@adjourn/sessions";
import type { TrpcSocket } from "./trpc-peer.js";

const maxSubscriptions = 100;

/**
 * Counts a subscription on its socket; what is returned gives its place back, once.
 * @throws SessionError `RATE_LIMITED` beyond 100 a socket
 */
export const takeSubscriptionSlot = (socket: TrpcSocket | undefined): (() => void) => {
  if (!socket) return () => {};
  if (socket.subscriptions >= maxSubscriptions)
    throw new SessionError("RATE_LIMITED", `A socket carries at most ${maxSubscriptions} subscriptions`, {
      limit: maxSubscriptions,
    });
  return socket.beginSubscription();
};
