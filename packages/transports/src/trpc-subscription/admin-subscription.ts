import { once } from "node:events";
import { type AdminEvent, maxWaitingBytes, SessionError, type SessionService } from "@adjourn/sessions";
import { dropCloses } from "../close-codes.js";
import { takeSubscriptionSlot } from "./subscription-slot.js";
import type { TrpcPeer } from "./trpc-peer.js";

/**
 * The events of all sessions, as a tRPC subscription for admins.
 * @throws SessionError `RATE_LIMITED` beyond 100 subscriptions a socket, `SERVICE_UNAVAILABLE` while draining
 */
export const adminEventsOverTrpc = (
  sessions: Pick<SessionService, "adminEvents">,
  peer: TrpcPeer,
  signal: AbortSignal | undefined,
): AsyncIterable<AdminEvent> => {
  const releaseSlot = takeSubscriptionSlot(peer.socket, null);
  const subscription = sessions.adminEvents();
  // The generator may be waiting for its next event, or may never be read, so its own cleanup is not enough.
  const leave = () => {
    subscription.leave();
    releaseSlot();
  };
  if (signal?.aborted) leave();
  else signal?.addEventListener("abort", leave, { once: true });
  return readEvents(peer, subscription.events, leave, signal);
};

async function* readEvents(
  { socket, response }: TrpcPeer,
  events: AsyncIterable<AdminEvent>,
  leave: () => void,
  signal: AbortSignal | undefined,
): AsyncGenerator<AdminEvent, void> {
  try {
    for await (const event of events) {
      if (((socket ?? response)?.waitingBytes ?? 0) > maxWaitingBytes) {
        socket?.close(dropCloses.too_slow);
        response?.destroy();
        return;
      }
      yield event;
    }
  } finally {
    leave();
  }
  if (signal?.aborted) return;
  // It ended because the server drains. A stock client reconnects after a close or a 503, but not after `stopped`.
  if (socket) {
    socket.closeAfterAnswers(dropCloses.draining);
    if (signal) await once(signal, "abort");
  } else
    throw new SessionError("SERVICE_UNAVAILABLE", "The server is shutting down; another one will answer");
}
