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
  readonly requestGuard: RequestGuard;
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
  new ServedSocket(socket, request, admission, dependencies).start();
};

/** One socket between its upgrade and its close: calls go in through the inbox, answers go out through the encoder. */
class ServedSocket {
  private readonly trpcSocket: WsTrpcSocket;
  private readonly answers: PendingCalls;
  private readonly inbox: TrpcInbox;
  /** Errors of the socket itself, such as a violation of the protocol. */
  private readonly protocolErrors = new WeakSet<Error>();
  private wrote = (): void => {};
  private readNext: () => unknown = () => null;

  constructor(
    private readonly socket: WebSocket,
    private readonly request: IncomingMessage,
    private readonly admission: Admission,
    private readonly dependencies: TrpcSocketDependencies,
  ) {
    const { requestGuard, reportError, frames } = dependencies;
    const trpcSocket = new WsTrpcSocket(socket, admission.connection);
    this.trpcSocket = trpcSocket;
    this.answers = new PendingCalls({
      socket,
      drained: () => trpcSocket.drained(),
      wrote: () => this.wrote(),
    });
    this.inbox = new TrpcInbox({
      socket,
      frames,
      answers: this.answers,
      count: (principal) => requestGuard.count(request, principal),
      deliver: (read) => {
        this.readNext = read;
        this.passToTrpc(empty);
      },
      onFailure: (error) => reportError(error, { path: "upgrade", requestId: admission.requestId }),
    });
  }

  start(): void {
    const { socket, answers, dependencies } = this;
    const deadline = setTimeout(
      () => closeSocket(socket, paramsMissing),
      dependencies.connectionTimeouts.connectionParamsMs,
    ).unref();
    socket.once("close", () => clearTimeout(deadline));
    // Registered before tRPC's own handler.
    socket.on("error", (error) => this.protocolErrors.add(error));
    const serve = getWSConnectionHandler({
      wss: dependencies.wss,
      router: appRouter,
      createContext: ({ info }: CreateWSSContextFnOptions) => {
        clearTimeout(deadline);
        return this.createContext(info.connectionParams ?? {});
      },
      experimental_encoder: { encode: answers.encode, decode: () => this.readNext() },
      onError: ({ error, path, ctx }) => this.failed(error, path, ctx !== undefined),
    });
    this.passToTrpc = takeOverMessages(socket, () => serve(socket, this.request));
    socket.on("message", (data, isBinary) => this.inbox.receive(data, isBinary));
  }

  private passToTrpc: (data: Buffer) => void = () => {};

  private async createContext(params: Readonly<Record<string, string | undefined>>): Promise<Context> {
    const { socket, trpcSocket, inbox, admission, dependencies } = this;
    inbox.contextBegun();
    const context = await makeContext(trpcSocket, this.request, { admission, dependencies, params }).catch(
      async (error: unknown) => {
        await inbox.firstCall();
        throw error;
      },
    );
    if (socket.readyState === socket.OPEN) dependencies.opened(socket, trpcSocket);
    this.wrote = admission.watchUnread(socket, context.principal);
    if (isTrusted(context.principal)) dependencies.frames.trust(socket);
    inbox.contextMade(context.principal);
    return context;
  }

  private failed(error: Error, path: string | undefined, hasContext: boolean): void {
    const { requestId } = this.admission;
    const { cause } = error;
    // A protocol error of the peer is not logged: ws closes the socket with a code.
    if (!(cause instanceof Error) || !this.protocolErrors.has(cause))
      this.dependencies.reportError(error, { path, requestId });
    if (hasContext) return;
    // Without a context there is no caller. The socket closes after the answer, with a code that tRPC does not set.
    this.inbox.contextRefused(error);
    setImmediate(() => closeSocket(this.socket, closeFor(error)));
  }
}

const paramsMissing: Close = { code: 1008, reason: "connectionParams are missing" };

/** Redirects a socket's messages from the handler that `serve` registers. @returns a function that passes one to it */
const takeOverMessages = (socket: WebSocket, serve: () => void): ((data: Buffer) => void) => {
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
  const { sessions, credentials, requestGuard } = dependencies;
  const { token, sessionId } = params;
  const principal = token === undefined ? admission.principal : await credentials.authenticate(token);
  if (principal.role === "nobody") throw new SessionError("UNAUTHORIZED", "A valid key is required");
  trpcSocket.onlySessionId = principal.role === "session" ? principal.sessionId : (sessionId ?? null);
  if (principal.role === "session") {
    const { leave } = await sessions.watchEnd(principal, () => trpcSocket.sessionEnded());
    trpcSocket.onceClosed(leave);
  }
  // A connection with a key does not count against its address.
  if (principal.role === "admin" || principal.role === "service")
    await requestGuard.count(request, principal, 0);
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
