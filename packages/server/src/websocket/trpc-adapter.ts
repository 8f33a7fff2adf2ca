import { IncomingMessage } from "node:http";
import { Socket } from "node:net";
import { appRouter, type Context } from "@adjourn/router";
import { getWSConnectionHandler } from "@trpc/server/adapters/ws";
import type { WebSocket } from "ws";
import type { PendingCalls } from "./pending-calls.js";
import type { ServerSocket, SocketServer } from "./server-socket.js";

/** What tRPC's adapter needs of its socket's owner. */
export interface AdapterOwner {
  readonly socket: ServerSocket;
  readonly answers: PendingCalls;
  readonly expectsParams: boolean;
  /** @throws the refusal of the socket's caller */
  readContext(): Promise<Context>;
  /** `type` is the kind of call, such as `query`. */
  answeredError(error: Error, call: { readonly path: string | undefined; readonly type: string }): void;
}

const empty = Buffer.alloc(0);

/** tRPC's own adapter on one socket. It takes several KB, so it exists only on a socket with a call that needs it. */
export class TrpcAdapter {
  /** Set once a subscription was passed to it: it then knows the ids in use. */
  hasSubscriptions = false;
  private readNext: () => unknown = () => null;
  private readonly pass: (data: Buffer) => void;

  constructor(wss: SocketServer, owner: AdapterOwner) {
    const { socket, answers, expectsParams } = owner;
    /** Errors of the socket itself, such as a violation of the protocol. */
    const protocolErrors = new WeakSet<Error>();
    // Registered before tRPC's own handler.
    socket.on("error", (error) => protocolErrors.add(error));
    const serve = getWSConnectionHandler({
      wss,
      router: appRouter,
      createContext: () => owner.readContext(),
      experimental_encoder: {
        encode: (answer) => answers.encode(answer),
        decode: () => this.readNext(),
      },
      onError: ({ error, path, type }) => {
        // A protocol error of the peer is not logged: ws closes the socket with a code.
        const isOfPeer = error.cause instanceof Error && protocolErrors.has(error.cause);
        if (!isOfPeer) owner.answeredError(error, { path, type });
      },
    });
    this.pass = takeOverMessages(socket, () => serve(socket, upgradeOf(socket, expectsParams)));
  }

  /** Passes the message that `read` returns to tRPC, which answers the error that `read` throws. */
  deliver(read: () => unknown): void {
    this.readNext = read;
    this.pass(empty);
  }
}

/** As much of the upgrade's request as tRPC reads. The request itself is not kept for as long as the socket lives. */
const upgradeOf = ({ connection }: ServerSocket, expectsParams: boolean): IncomingMessage => {
  const request = new IncomingMessage(connection instanceof Socket ? connection : new Socket());
  request.url = expectsParams ? "/trpc?connectionParams=1" : "/trpc";
  return request;
};

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
