import type { IncomingMessage } from "node:http";
import type { Duplex } from "node:stream";
import { appRouter, type Context, type Credentials, type Principal } from "@adjourn/router";
import { SessionError, type Sessions } from "@adjourn/sessions";
import {
  type CreateWSSContextFnOptions,
  getWSConnectionHandler,
  jsonEncoder,
} from "@trpc/server/adapters/ws";
import type { WebSocket, WebSocketServer } from "ws";
import type { Gate } from "./admission.js";
import { closeSocket } from "./close-socket.js";
import { type FrameLimit, isTrusted } from "./frame-limit.js";
import type { Patience } from "./limits.js";
import type { ReportError } from "./report-error.js";
import { WsTrpcSocket } from "./trpc-socket.js";
import { createWsBatchLimit } from "./ws-batch-limit.js";

/** What the upgrade found out about a socket. */
export interface Admission {
  /** By header or ticket; `nobody` where `connectionParams` are still to say. */
  readonly principal: Principal;
  readonly requestId: string;
  readonly connection: Duplex;
}

export interface TrpcWebSocketNeeds {
  readonly sessions: Sessions;
  readonly credentials: Credentials;
  readonly gate: Gate;
  readonly frames: FrameLimit;
  readonly reportError: ReportError;
  readonly patience: Pick<Patience, "paramsWithinMs">;
}

/** A stock client opens another connection, moves its subscriptions there, and waits here for what is under way. */
const reconnectNotice = jsonEncoder.encode({ id: null, method: "reconnect" });
const notAdmitted = { code: 1008, reason: "no valid key" };

/** Serves the tRPC router on sockets that an upgrade has admitted. */
export const createTrpcWebSocket = (wss: WebSocketServer, needs: TrpcWebSocketNeeds) => {
  const { sessions, credentials, gate, frames, reportError } = needs;
  const admissions = new WeakMap<IncomingMessage, Admission & { readonly socket: WebSocket }>();
  const sockets = new Map<WebSocket, WsTrpcSocket>();
  /** Those that still owe their `connectionParams`, or their first word. */
  const waiting = new WeakMap<WebSocket, NodeJS.Timeout>();

  const createContext = async ({ req, res, info }: CreateWSSContextFnOptions): Promise<Context> => {
    clearTimeout(waiting.get(res));
    const admission = admissions.get(req);
    if (!admission) throw new Error("a socket that no upgrade has admitted");
    const token = info.connectionParams?.token;
    const principal = token === undefined ? admission.principal : await credentials.authenticate(token);
    if (principal.role === "nobody") throw new SessionError("UNAUTHORIZED", "A valid key is required");
    const trpcSocket = new WsTrpcSocket(res, admission.connection, info.connectionParams?.sessionId ?? null);
    sockets.set(res, trpcSocket);
    if (isTrusted(principal)) frames.trust(res);
    return {
      sessions,
      credentials,
      principal,
      requestId: admission.requestId,
      socket: trpcSocket,
      admit: () => gate.count(req, principal),
    };
  };

  /** What went wrong on a socket itself. */
  const broken = new WeakSet<Error>();
  const batchLimit = createWsBatchLimit();
  const serve = getWSConnectionHandler({
    wss,
    router: appRouter,
    createContext,
    get maxBatchSize() {
      return batchLimit.current();
    },
    experimental_encoder: batchLimit.encoder,
    onError: ({ error, path, ctx, req }) => {
      const admitted = admissions.get(req);
      // A peer that breaks the protocol is no fault of ours: ws closes its socket, and says why to it.
      if (!error.cause || !broken.has(error.cause))
        reportError(error, { path, requestId: admitted?.requestId });
      // Without a context there is no caller: after its answer it goes, and with a code, which tRPC gives none.
      if (!ctx && admitted) setImmediate(() => closeSocket(admitted.socket, notAdmitted));
    },
  });

  return {
    accept: (socket: WebSocket, request: IncomingMessage, admission: Admission): void => {
      admissions.set(request, { ...admission, socket });
      // Before tRPC hears of it.
      socket.on("error", (error) => broken.add(error));
      socket.once("close", () => {
        clearTimeout(waiting.get(socket));
        sockets.delete(socket);
      });
      const timer = setTimeout(
        () => closeSocket(socket, { code: 1008, reason: "connectionParams are missing" }),
        needs.patience.paramsWithinMs,
      );
      timer.unref();
      waiting.set(socket, timer);
      serve(socket, request);
    },
    /** Asks clients to come back elsewhere, and closes each socket as soon as nobody waits for an answer on it. */
    sendAway: (close: { code: number; reason: string }): void => {
      for (const [socket, trpcSocket] of sockets) {
        if (socket.readyState === socket.OPEN) socket.send(reconnectNotice);
        trpcSocket.closeAfterAnswers(close);
      }
    },
  };
};
