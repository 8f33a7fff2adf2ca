import type { IncomingMessage } from "node:http";
import type { Duplex } from "node:stream";
import { appRouter, type Context, type Credentials, type Principal, toRefusal } from "@adjourn/router";
import { SessionError, type SessionService } from "@adjourn/sessions";
import {
  type Close,
  type ConnectionTimeouts,
  closeSocket,
  sessionEndedClose,
  sessionNotFoundClose,
} from "@adjourn/transports";
import { type CreateWSSContextFnOptions, getWSConnectionHandler } from "@trpc/server/adapters/ws";
import type { WebSocket, WebSocketServer } from "ws";
import type { RequestGuard } from "../admission/request-guard.js";
import type { ReportError } from "../observability/report-error.js";
import { type FrameLimit, isTrusted } from "./frame-limit.js";
import { PendingCalls } from "./pending-calls.js";
import { TrpcInbox } from "./trpc-inbox.js";
import { WsTrpcSocket } from "./trpc-socket.js";

/** The results of a socket's upgrade. */
export interface Admission {
  /** From a header or a ticket; `nobody` if `connectionParams` will follow. */
  readonly principal: Principal;
  readonly requestId: string;
  readonly connection: Duplex;
  /** Limits what the socket leaves unread. @returns a function to call after each write */
  readonly watchUnread: (socket: WebSocket, principal: Principal) => () => void;
}

export interface TrpcSocketDependencies {
  readonly wss: WebSocketServer;
  readonly sessions: SessionService;
  readonly credentials: Credentials;
  readonly gate: RequestGuard;
  readonly frames: FrameLimit;
  readonly reportError: ReportError;
  readonly connectionTimeouts: Pick<ConnectionTimeouts, "connectionParamsMs">;
  /** Called with each open socket once it has its context. */
  readonly opened: (socket: WebSocket, trpcSocket: WsTrpcSocket) => void;
}

const empty = Buffer.alloc(0);

/** Serves the tRPC router on one socket. */
export const serveTrpcSocket = (
  socket: WebSocket,
  request: IncomingMessage,
  admission: Admission,
  dependencies: TrpcSocketDependencies,
): void => {
  const { wss, gate, reportError, connectionTimeouts } = dependencies;
  const { connection, requestId } = admission;
  let wrote = (): void => {};
  const trpcSocket = new WsTrpcSocket(socket, connection);
  const answers = new PendingCalls({ socket, drained: () => trpcSocket.drained(), wrote: () => wrote() });
  let read: () => unknown = () => null;
  const inbox = new TrpcInbox({
    socket,
    frames: dependencies.frames,
    answers,
    count: (principal) => gate.count(request, principal),
    deliver: (next) => {
      read = next;
      hand(empty);
    },
    onFailure: (error) => reportError(error, { path: "upgrade", requestId }),
  });
  const owed = setTimeout(
    () => closeSocket(socket, paramsMissing),
    connectionTimeouts.connectionParamsMs,
  ).unref();
  socket.once("close", () => clearTimeout(owed));
  const createContext = async ({ info }: CreateWSSContextFnOptions): Promise<Context> => {
    clearTimeout(owed);
    inbox.contextBegun();
    const context = await makeContext(trpcSocket, request, {
      admission,
      dependencies,
      params: info.connectionParams ?? {},
    }).catch(async (error: unknown) => {
      await inbox.firstCall();
      throw error;
    });
    if (socket.readyState === socket.OPEN) dependencies.opened(socket, trpcSocket);
    wrote = admission.watchUnread(socket, context.principal);
    if (isTrusted(context.principal)) dependencies.frames.trust(socket);
    inbox.contextMade(context.principal);
    return context;
  };
  /** Called with an error of the socket itself. */
  const broken = new WeakSet<Error>();
  // Registered before tRPC's own handler.
  socket.on("error", (error) => broken.add(error));
  const serve = getWSConnectionHandler({
    wss,
    router: appRouter,
    createContext,
    experimental_encoder: { encode: answers.encode, decode: () => read() },
    onError: ({ error, path, ctx }) => {
      // A protocol error of the peer is not logged: ws closes the socket with a code.
      if (!error.cause || !broken.has(error.cause)) reportError(error, { path, requestId });
      if (ctx) return;
      // Without a context there is no caller. The socket closes after the answer, with a code that tRPC does not set.
      inbox.contextRefused(error);
      setImmediate(() => closeSocket(socket, closeFor(error)));
    },
  });
  const hand = comeBetween(socket, () => serve(socket, request));
  socket.on("message", (data, isBinary) => inbox.receive(data, isBinary));
};

const paramsMissing: Close = { code: 1008, reason: "connectionParams are missing" };

/** Redirects a socket's messages from the handler that `serve` registers. @returns a function that passes one to it */
const comeBetween = (socket: WebSocket, serve: () => void): ((data: Buffer) => void) => {
  const others = new Set(socket.listeners("message"));
  serve();
  const own = socket.listeners("message").filter((listener) => !others.has(listener));
  for (const listener of own) Reflect.apply(socket.off, socket, ["message", listener]);
  return (data) => {
    for (const listener of own) Reflect.apply(listener, socket, [data, true]);
  };
};

interface ContextParts {
  readonly admission: Admission;
  readonly dependencies: TrpcSocketDependencies;
  readonly params: Readonly<Record<string, string | undefined>>;
}

/** @throws SessionError `UNAUTHORIZED`; for the token of a session that is gone, `SESSION_NOT_FOUND` or `SESSION_EXPIRED` */
const makeContext = async (
  trpcSocket: WsTrpcSocket,
  request: IncomingMessage,
  { admission, dependencies, params }: ContextParts,
): Promise<Context> => {
  const { sessions, credentials, gate } = dependencies;
  const { token, sessionId } = params;
  const principal = token === undefined ? admission.principal : await credentials.authenticate(token);
  if (principal.role === "nobody") throw new SessionError("UNAUTHORIZED", "A valid key is required");
  trpcSocket.onlySessionId = principal.role === "session" ? principal.sessionId : (sessionId ?? null);
  if (principal.role === "session") {
    const { leave } = await sessions.watchEnd(principal, () => trpcSocket.sessionEnded());
    trpcSocket.onceClosed(leave);
  }
  // A connection with a key does not count against its address.
  if (principal.role === "admin" || principal.role === "service") await gate.count(request, principal, 0);
  return { sessions, credentials, principal, requestId: admission.requestId, socket: trpcSocket };
};

const closeFor = (error: unknown): Close => {
  switch (toRefusal(error).code) {
    case "SESSION_NOT_FOUND":
      return sessionNotFoundClose;
    case "SESSION_EXPIRED":
      return sessionEndedClose;
    case "SERVICE_UNAVAILABLE":
      return { code: 1013, reason: "try again later" };
    default:
      return { code: 1008, reason: "no valid key" };
  }
};
