import { createWSClient, type TRPCLink, type TRPCWebSocketClient, wsLink } from "@trpc/client";
import { defaultWebSocket } from "#websocket";
import type { AppRouter } from "../app-router.js";
import { retryDelayMs } from "../retry-delay.js";
import type { TokenSource } from "../token-source.js";

/** What tRPC needs of a WebSocket class: the browser's, Node's since 22, or that of `ws`. */
export interface SocketClass {
  readonly OPEN: number;
  readonly CLOSING: number;
  readonly CLOSED: number;
  new (
    url: string,
  ): {
    readonly OPEN: number;
    readonly readyState: number;
    send(data: string): void;
    close(code?: number): void;
    addEventListener(type: "open" | "error", listener: () => void): void;
    addEventListener(type: "close", listener: (event: { code: number }) => void): void;
    addEventListener(type: "message", listener: (event: { data: unknown }) => void): void;
  };
}

export interface SocketOptions {
  readonly url: string;
  readonly socketUrl?: string | undefined;
  readonly sessionId?: string | undefined;
  readonly WebSocket?: SocketClass | undefined;
}

export interface SocketLink {
  readonly link: TRPCLink<AppRouter>;
  close(): Promise<void>;
}

/** Sends subscriptions over one WebSocket, which the first subscription opens. */
export const createSocketLink = (options: SocketOptions, tokens: TokenSource): SocketLink => {
  let client: TRPCWebSocketClient | undefined;
  const link: TRPCLink<AppRouter> = (runtime) => {
    let operationLink: ReturnType<TRPCLink<AppRouter>> | undefined;
    return (params) => {
      client ??= openClient(options, tokens);
      operationLink ??= wsLink<AppRouter>({ client })(runtime);
      return operationLink(params);
    };
  };
  return { link, close: async (): Promise<void> => client?.close() };
};

const openClient = (
  { url, socketUrl, sessionId, ...options }: SocketOptions,
  tokens: TokenSource,
): TRPCWebSocketClient => {
  const implementation = options.WebSocket ?? defaultWebSocket();
  if (implementation === undefined)
    throw new Error("There is no WebSocket here: pass one to createClient as `WebSocket`");
  return createWSClient({
    url: toSocketUrl(socketUrl ?? url),
    // tRPC's type is the browser's whole class, of which it uses the members of SocketClass.
    WebSocket: implementation as typeof WebSocket,
    // Lazy, so that a socket that the server closes after a finished subscription is not reopened.
    lazy: { enabled: true, closeMs: 1_000 },
    keepAlive: { enabled: true, intervalMs: 10_000, pongTimeoutMs: 5_000 },
    retryDelayMs,
    connectionParams: async () => {
      const value = await tokens.request();
      return {
        ...(value === undefined ? {} : { token: value }),
        ...(sessionId === undefined ? {} : { sessionId }),
      };
    },
  });
};

/** `http://host` and `https://host/` to `ws://host/trpc` and `wss://host/trpc`. */
export const toSocketUrl = (url: string): string => `${url.replace(/^http/, "ws").replace(/\/+$/, "")}/trpc`;
