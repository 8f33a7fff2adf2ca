import type { AppRouter } from "@adjourn/router";
import { createTRPCClient, httpBatchLink, httpLink, splitLink, type TRPCClient } from "@trpc/client";
import { type RetrySendOptions, retrySendLink } from "./retry-send-link.js";
import { createSocketLink, type SocketClass, type Token } from "./socket-link.js";

/** Calls. The server refuses a larger batch. */
const maxBatchCalls = 20;
const maxUrlLength = 2_000;

export interface ClientOptions {
  /** The address of the API, such as `http://127.0.0.1:3000`, with or without a slash at the end. */
  readonly url: string;
  /** The address of its WebSocket, if it differs. `http:` and `ws:` are equivalent. */
  readonly socketUrl?: string | undefined;
  /**
   * An admin or service key, a session token or a ticket. A function is called for every call and every socket, and
   * again when a subscription is refused: it can then replace an expired ticket or token, and the subscription resumes
   * after its last event.
   */
  readonly token?: Token | undefined;
  /** The only session that this client listens to. The server then closes the socket with 4410 when that session ends. */
  readonly sessionId?: string | undefined;
  /** The `WebSocket` of the package `ws`, for Node before 22, which has none. */
  readonly WebSocket?: SocketClass | undefined;
  /** How `sendSessionMessage` is repeated if its answer is lost or the server is not available. */
  readonly retrySend?: RetrySendOptions | undefined;
}

export interface AdjournClient {
  /**
   * Every operation by its operationId: `trpc.endSession.mutate({ sessionId })`. This proxy passes for a function, which
   * React's `setState` would call. Keep the whole client in a state, or pass `() => trpc`.
   */
  readonly trpc: TRPCClient<AppRouter>;
  /** Ends all subscriptions and closes the socket. */
  close(): Promise<void>;
}

/**
 * Calls use HTTP and are batched per turn of the event loop. Subscriptions share one WebSocket, opened by the first one.
 * `sendSessionMessage` is repeated with the same idempotency key if its answer is lost.
 */
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
      retrySendLink(options.retrySend),
      splitLink({
        condition: ({ type }) => type === "subscription",
        true: socket.links,
        false: splitLink({
          // A call that waits for a complete reply would delay the other answers of its batch.
          condition: ({ path }) => path === "sendSessionMessage",
          true: httpLink(http),
          false: httpBatchLink({ ...http, maxItems: maxBatchCalls, maxURLLength: maxUrlLength }),
        }),
      }),
    ],
  });
  return { trpc, close: socket.close };
};
