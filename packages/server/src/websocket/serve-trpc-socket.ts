import { appRouter, type Context, type Principal } from "@adjourn/router";
import {
  type Close,
  type ConnectionTimeouts,
  closeSocket,
  pauseIfUnsent,
  type SocketOwner,
  SocketSubscription,
} from "@adjourn/transports";
import { callTRPCProcedure, getTRPCErrorFromUnknown, TRPCError } from "@trpc/server";
import { parseConnectionParamsFromUnknown } from "@trpc/server/http";
import type { RawData } from "ws";
import type { Sender } from "../admission/client-address.js";
import type { ReportError } from "../observability/report-error.js";
import { type EventsCall, eventsCall } from "./events-call.js";
import { type FrameLimit, isTrusted } from "./frame-limit.js";
import { PendingCalls } from "./pending-calls.js";
import type { ServerSocket, SocketServer } from "./server-socket.js";
import type { SocketWatch } from "./session-sockets.js";
import { type AdapterOwner, TrpcAdapter } from "./trpc-adapter.js";
import {
  type Admission,
  type ConnectionParams,
  type ContextDependencies,
  closeFor,
  makeContext,
} from "./trpc-context.js";
import { type Entry, fieldsOf, isAnswerable } from "./trpc-entry.js";
import { type InboxOwner, TrpcInbox } from "./trpc-inbox.js";
import { WsTrpcSocket } from "./trpc-socket.js";

export interface TrpcSocketDependencies extends ContextDependencies {
  readonly wss: SocketServer;
  readonly frames: FrameLimit;
  readonly reportError: ReportError;
  readonly connectionTimeouts: Pick<ConnectionTimeouts, "connectionParamsMs">;
  /** Limits what the socket leaves unread. */
  readonly watchUnread: (socket: ServerSocket, principal: Principal, sender: Sender) => void;
  /** The open sockets. */
  readonly sockets: Set<ServedSocket>;
}

/**
 * One socket between its upgrade and its close. Calls come in through the inbox. Subscriptions to a session's events are
 * written by the hub; everything else goes through tRPC's own adapter.
 */
export class ServedSocket implements SocketOwner, InboxOwner, AdapterOwner {
  readonly trpcSocket: WsTrpcSocket;
  readonly answers: PendingCalls;
  private readonly inbox: TrpcInbox;
  private adapter: TrpcAdapter | null = null;
  private context: Context | null = null;
  private refusal: unknown = null;
  private contextMade: Promise<void> | null = null;
  private watch: SocketWatch | null = null;
  private paramsTimer: NodeJS.Timeout | null = null;

  constructor(
    readonly socket: ServerSocket,
    private readonly admission: Admission,
    private readonly dependencies: TrpcSocketDependencies,
  ) {
    this.trpcSocket = new WsTrpcSocket(socket);
    this.answers = new PendingCalls(socket);
    this.inbox = new TrpcInbox(this);
  }

  start(): void {
    const { connectionParamsMs } = this.dependencies.connectionTimeouts;
    // Also before it has a context: a server that drains sends it away at once.
    this.dependencies.sockets.add(this);
    this.socket.serveBy(this);
    if (this.expectsParams)
      this.paramsTimer = setTimeout(closeForParams, connectionParamsMs, this.socket).unref();
    else this.begin({});
  }

  get expectsParams(): boolean {
    return this.admission.expectsParams;
  }

  /* ---- the socket's side ---- */

  received(data: RawData, isBinary: boolean): void {
    pauseIfUnsent(this.socket);
    this.inbox.receive(data, isBinary);
  }

  closed(): void {
    this.clearParamsTimer();
    this.dependencies.sockets.delete(this);
    this.trpcSocket.leaveAll();
    this.watch?.leave(this.trpcSocket);
    this.answers.stop();
    this.inbox.stop();
  }

  /* ---- the inbox's side ---- */

  takeParams(text: string): void {
    let params: ConnectionParams | null;
    if (this.adapter) {
      // The params before it were refused, and so is this.
      this.adapter.deliver(() => JSON.parse(text));
      return;
    }
    try {
      params = parseConnectionParamsFromUnknown(fieldsOf(JSON.parse(text)).data);
    } catch {
      // tRPC reads it again and words the refusal.
      this.createAdapter().deliver(() => JSON.parse(text));
      return;
    }
    this.begin(params ?? {});
  }

  takeCalls(calls: number): boolean {
    return this.dependencies.frames.takeCalls(this.socket, calls);
  }

  count(principal: Principal): Promise<void> {
    return this.dependencies.requestGuard.count(this.admission.sender, principal);
  }

  failed(error: unknown): void {
    this.dependencies.reportError(error, { path: "upgrade", requestId: this.admission.requestId });
  }

  run(entry: Entry): void {
    const { id, method } = entry;
    const known = this.trpcSocket.subscription(id);
    const call = this.adapter?.hasSubscriptions ? null : eventsCall(entry);
    if (method === "subscription" && known) this.refuse(entry, duplicate(id));
    else if (call) this.subscribe(entry, call);
    else if (method === "subscription.stop" && known) known.stop();
    else this.passToTrpc(entry);
  }

  deliver(read: () => unknown): void {
    this.trpc().deliver(read);
  }

  /* ---- tRPC's side ---- */

  async readContext(): Promise<Context> {
    await this.contextMade;
    if (this.context) return this.context;
    throw this.refusal;
  }

  answeredError(
    error: Error,
    { path, type }: { readonly path: string | undefined; readonly type: string },
  ): void {
    const { reportError, traceCall } = this.dependencies;
    const call = { path, requestId: this.admission.requestId };
    reportError(error, call);
    // No middleware ran that would have recorded it. Its name may be anything, so the span has none.
    if (isUnknownProcedure(error))
      traceCall?.(type, async () => ({ ok: false, error })).catch((cause: unknown) =>
        reportError(cause, call),
      );
    if (this.context) return;
    // Without a context there is no caller. The socket closes after the answer, with a code that tRPC does not set.
    this.inbox.contextRefused(error);
    setImmediate(() => closeSocket(this.socket, closeFor(error)));
  }

  private begin(params: ConnectionParams): void {
    this.clearParamsTimer();
    this.inbox.contextBegun();
    this.contextMade = this.makeContext(params);
  }

  private async makeContext(params: ConnectionParams): Promise<void> {
    const { socket, admission, dependencies } = this;
    try {
      const { context, watch } = await makeContext(this.trpcSocket, admission, dependencies, params);
      if (socket.readyState === socket.CLOSED) watch?.leave(this.trpcSocket);
      else this.watch = watch;
      dependencies.watchUnread(socket, context.principal, admission.sender);
      if (isTrusted(context.principal)) dependencies.frames.trust(socket);
      this.context = context;
      this.contextMade = null;
      this.inbox.contextMade(context.principal);
    } catch (error) {
      this.refusal = error;
      await this.inbox.firstCall();
      this.trpc();
    }
  }

  /** Runs the procedure with its checks; the hub writes what follows. */
  private subscribe(entry: Entry, { id, hasVersion, input }: EventsCall): void {
    const subscription = new SocketSubscription(this.trpcSocket, id, hasVersion);
    this.trpcSocket.add(subscription);
    callTRPCProcedure({
      router: appRouter,
      path: "sessionEvents",
      getRawInput: async () => input,
      ctx: { ...this.context, subscription },
      type: "subscription",
      signal: undefined,
      batchIndex: 0,
    }).catch((error: unknown) => {
      subscription.leave();
      if (!subscription.isStopped) this.refuse(entry, getTRPCErrorFromUnknown(error));
    });
  }

  private passToTrpc(entry: Entry): void {
    // No subscription is open that it could stop.
    if (entry.method === "subscription.stop" && isAnswerable(entry.id) && !this.adapter) return;
    const adapter = this.trpc();
    if (entry.method === "subscription") adapter.hasSubscriptions = true;
    this.answers.begin(entry, () => adapter.deliver(() => entry.message));
  }

  private refuse(entry: Entry, error: Error): void {
    const { reportError } = this.dependencies;
    reportError(error, { path: entry.path, requestId: this.admission.requestId });
    this.answers.refuse(entry, error, this.context ?? undefined);
  }

  private trpc(): TrpcAdapter {
    if (this.adapter) return this.adapter;
    const adapter = this.createAdapter();
    // tRPC makes its context with the first message then. It is made already.
    if (this.expectsParams) adapter.deliver(() => ({ data: null }));
    return adapter;
  }

  private createAdapter(): TrpcAdapter {
    this.adapter = new TrpcAdapter(this.dependencies.wss, this);
    return this.adapter;
  }

  private clearParamsTimer(): void {
    if (this.paramsTimer) clearTimeout(this.paramsTimer);
    this.paramsTimer = null;
  }
}

/** tRPC's own error, which also says that a procedure is of another type. Those of procedures have a cause. */
const isUnknownProcedure = (error: Error): boolean =>
  error instanceof TRPCError && error.code === "NOT_FOUND" && error.cause === undefined;

const paramsMissing: Close = { code: 1008, reason: "connectionParams are missing" };

const closeForParams = (socket: ServerSocket): void => closeSocket(socket, paramsMissing);

const duplicate = (id: unknown): TRPCError =>
  new TRPCError({ code: "BAD_REQUEST", message: `Duplicate id ${id}` });
