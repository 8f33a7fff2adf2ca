import type { AppRouter } from "@adjourn/router";
import { createTRPCClient, httpBatchLink, httpLink, splitLink, type TRPCClient } from "@trpc/client";
import { createSocketLink, type SocketClass, type Token } from "./socket-link.js";

/** The server refuses a batch of more (contract: 20 calls). */
const maxBatchCalls = 20;
const maxUrlLength = 2_000;

export interface ClientOptions {
  /** Where the API is, such as `http://127.0.0.1:3000`; with or without a slash at the end. */
  readonly url: string;
  /** Where its WebSocket is, if not there; `http:` and `ws:` mean the same. */
  readonly socketUrl?: string | undefined;
  /**
   * An admin or service key, a session token or a ticket; a function is asked anew for every call and every
   * socket, and once more where a subscription's was refused: a ticket or a token that has run out is then replaced, and
   * the subscription goes on behind its last event.
   */
  readonly token?: Token | undefined;
  /** The one session this client listens to: the server then closes its socket, with 4410, when that session ends. */
  readonly sessionId?: string | undefined;
  /** For Node before 22, which has none of its own: the one of `ws`. */
  readonly WebSocket?: SocketClass | undefined;
}

export interface AdjournClient {
  /**
   * Every operation by its operationId: `trpc.endSession.mutate({ sessionId })`. A proxy that passes for a function:
   * React's `setState` would call it, so keep the whole client in a state, or `() => trpc`.
   */
  readonly trpc: TRPCClient<AppRouter>;
  /** Ends all subscriptions and closes the socket. */
  close(): Promise<void>;
}

/** Calls travel over HTTP, batched within a turn; subscriptions share one WebSocket, opened with the first of them. */
export const createClient = (options: ClientOptions): AdjournClient => {
  const { token } = options;
  const http = {
    url: `${options.url.replace(/\/+$/, "")}/trpc`,
    headers: async () => {
      const value = typeof token === "function" ? await token({ wasRefused: false }) : token;
      return value === undefined ? {} : { Authorization: `Bearer ${value}` };
    },
  };
  const socket = createSocketLink(options);
  const trpc = createTRPCClient<AppRouter>({
    links: [
      splitLink({
        condition: ({ type }) => type === "subscription",
        true: socket.links,
        false: splitLink({
          // A call that waits for a whole reply would hold back the answers of all that share its batch.
          condition: ({ path }) => path === "sendSessionMessage",
          true: httpLink(http),
          false: httpBatchLink({ ...http, maxItems: maxBatchCalls, maxURLLength: maxUrlLength }),
        }),
      }),
    ],
  });
  return { trpc, close: socket.close };
};
