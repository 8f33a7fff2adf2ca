import type { SessionService, SubscriberSink } from "@adjourn/sessions";
import { expect, it } from "vitest";
import { dropCloses } from "../close-codes.js";
import { SocketSubscription } from "./socket-subscription.js";
import type { TrpcSocket } from "./trpc-peer.js";
import { subscribeOverTrpc } from "./trpc-subscription.js";

/** A socket that records how many subscriptions were open when it was closed. */
const recordingSocket = () => {
  const closes: { readonly code: number; readonly subscriptions: number }[] = [];
  const socket = {
    waitingBytes: 0,
    drained: async () => {},
    writeFrame: () => {},
    cork: () => {},
    uncork: () => {},
    onlySessionId: null,
    beginCall: () => () => {},
    close: () => {},
    closeAfterAnswers: ({ code }) => void closes.push({ code, subscriptions: socket.subscriptions }),
    terminate: () => {},
    subscriptions: 0,
    beginSubscription: () => {
      socket.subscriptions += 1;
    },
    endSubscription: () => {
      socket.subscriptions -= 1;
    },
    left: () => {},
    isSubscribedTo: () => false,
  } satisfies TrpcSocket;
  return { socket, closes };
};

const input = { sessionId: "s" };

it.each(["the hub writes", "tRPC writes"])(
  "a subscription that %s does not delay the close of its socket once it is dropped",
  async (how) => {
    const { socket, closes } = recordingSocket();
    const sinks: SubscriberSink[] = [];
    const sessions: Pick<SessionService, "sessionEvents"> = {
      sessionEvents: async (_, sink) => {
        sinks.push(sink);
        return { leave: () => {} };
      },
    };
    const isWrittenByHub = how === "the hub writes";
    const subscription = isWrittenByHub ? new SocketSubscription(socket, 1, true) : undefined;
    await subscribeOverTrpc(sessions, { socket, subscription }, input, "key", undefined);
    expect(socket.subscriptions).toBe(1);
    sinks[0]?.drop("draining");
    expect(closes).toEqual([{ code: dropCloses.draining.code, subscriptions: 0 }]);
  },
);
