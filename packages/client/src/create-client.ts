import { createTRPCClient, splitLink, type TRPCClient } from "@trpc/client";
import type { AppRouter } from "./app-router.js";
import { callLink } from "./links/call-link.js";
import { renewTokenLink } from "./links/renew-token-link.js";
import { type RetrySendOptions, retrySendLink } from "./links/retry-send-link.js";
import { sessionErrorLink } from "./links/session-error-link.js";
import { createSocketLink, type SocketClass } from "./links/socket-link.js";
import { retryDelayMs } from "./retry-delay.js";
import { type ClientSession, createSession } from "./session/client-session.js";
import { createTokenSource, type Token } from "./token-source.js";

export interface ClientOptions {
  /** The address of the API, such as `http://127.0.0.1:3000`, with or without a slash at the end. */
  readonly url: string;
  /** The address of its WebSocket, if it differs. `http:` and `ws:` are equivalent. */
  readonly socketUrl?: string | undefined;
  /**
   * An admin or service key, a session token or a ticket. A function is called for every call and every socket, and
   * again when one is refused: it can then replace an expired ticket or token, and a subscription resumes after its last
   * event.
   */
  readonly token?: Token | undefined;
  /** The only session that this client listens to. The server then closes the socket with 4410 when that session ends. */
  readonly sessionId?: string | undefined;
  /** In place of the platform's `WebSocket`, on Node that of the package `ws`. */
  readonly WebSocket?: SocketClass | undefined;
  /**
   * How `sendSessionMessage`, and a session's `send` and `end`, are repeated if the answer is lost or the server is not
   * available.
   */
  readonly retrySend?: RetrySendOptions | undefined;
}

export interface AdjournClient {
  /**
   * Every operation by its operationId: `trpc.endSession.mutate({ sessionId })`. This proxy passes for a function, which
   * React's `setState` would call. Keep the whole client in a state, or pass `() => trpc`.
   */
  readonly trpc: TRPCClient<AppRouter>;
  /** One session, with its messages and events as async iterables. */
  session(sessionId: string): ClientSession;
  /** Ends all subscriptions and closes the socket. */
  close(): Promise<void>;
}

/**
 * Calls use HTTP and are batched per turn of the event loop. Subscriptions share one WebSocket, opened by the first one.
 * `sendSessionMessage` is repeated with the same idempotency key if its answer is lost.
 */
export const createClient = (options: ClientOptions): AdjournClient => {
  const { retrySend } = options;
  const tokens = createTokenSource(options.token);
  const url = options.url.replace(/\/+$/, "");
  const headers = async (): Promise<Record<string, string>> => {
    const value = await tokens.request();
    return value === undefined ? {} : { Authorization: `Bearer ${value}` };
  };
  const socket = createSocketLink(options, tokens);
  const trpc = createTRPCClient<AppRouter>({
    links: [
      sessionErrorLink,
      retrySendLink(retrySend),
      renewTokenLink({ tokens, delayMs: retryDelayMs }),
      splitLink({
        condition: ({ type }) => type === "subscription",
        true: socket.link,
        false: callLink({ url, headers }),
      }),
    ],
  });
  const closing = new AbortController();
  const connection = { url, headers, tokens, trpc, retrySend, closed: closing.signal };
  return {
    trpc,
    session: (sessionId) => createSession(connection, sessionId),
    close: async () => {
      closing.abort();
      await socket.close();
    },
  };
};
