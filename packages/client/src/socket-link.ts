import type { AppRouter } from "@adjourn/router";
import { createWSClient, type TRPCLink, type TRPCWebSocketClient, wsLink } from "@trpc/client";
import { renewTokenLink } from "./renew-token-link.js";
import { retryDelayMs } from "./retry-delay.js";

/** `wasRefused`: the server refused the last token, so a function that caches tokens must return another one. */
export interface TokenRequest {
  readonly wasRefused: boolean;
}

export type Token = string | ((request: TokenRequest) => string | undefined | Promise<string | undefined>);

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
  readonly token?: Token | undefined;
  readonly sessionId?: string | undefined;
  readonly WebSocket?: SocketClass | undefined;
}

/** Sends subscriptions over one WebSocket, which the first subscription opens. */
export const createSocketLink = (options: SocketOptions) => {
  let client: TRPCWebSocketClient | undefined;
  let wasRefused = false;
  const requestToken = async (): Promise<string | undefined> => {
    const request = { wasRefused };
    wasRefused = false;
    return typeof options.token === "function" ? options.token(request) : options.token;
  };
  const link: TRPCLink<AppRouter> = (runtime) => {
    let operationLink: ReturnType<TRPCLink<AppRouter>> | undefined;
    return (params) => {
      client ??= openClient(options, requestToken);
      operationLink ??= wsLink<AppRouter>({ client })(runtime);
      return operationLink(params);
    };
  };
  const onRefused = () => {
    wasRefused = true;
  };
  // A constant token can't be renewed.
  const links =
    typeof options.token === "function"
      ? [renewTokenLink({ delayMs: retryDelayMs, onRefused }), link]
      : [link];
  return { links, close: async (): Promise<void> => client?.close() };
};

const openClient = (
  { url, socketUrl, sessionId, ...options }: SocketOptions,
  requestToken: () => Promise<string | undefined>,
): TRPCWebSocketClient => {
  const implementation: SocketClass | undefined = options.WebSocket ?? globalThis.WebSocket;
  if (implementation === undefined)
    throw new Error("There is no WebSocket here: give createClient the one of the package `ws`");
  return createWSClient({
    url: toSocketUrl(socketUrl ?? url),
    // tRPC's type is the browser's whole class, of which it uses the members of SocketClass.
    WebSocket: implementation as typeof WebSocket,
    // Lazy, so that a socket that the server closes after a finished subscription is not reopened.
    lazy: { enabled: true, closeMs: 1_000 },
    keepAlive: { enabled: true, intervalMs: 10_000, pongTimeoutMs: 5_000 },
    retryDelayMs,
    connectionParams: async () => {
      const value = await requestToken();
      return {
        ...(value === undefined ? {} : { token: value }),
        ...(sessionId === undefined ? {} : { sessionId }),
      };
    },
  });
};

/** `http://host` and `https://host/` to `ws://host/trpc` and `wss://host/trpc`. */
export const toSocketUrl = (url: string): string => `${url.replace(/^http/, "ws").replace(/\/+$/, "")}/trpc`;
