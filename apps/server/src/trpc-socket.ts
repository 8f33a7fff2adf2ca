import type { Duplex } from "node:stream";
import type { TrpcSocket } from "@adjourn/router";
import type { WebSocket } from "ws";
import { closeSocket } from "./close-socket.js";

type Close = Parameters<TrpcSocket["close"]>[0];

/** A `ws` socket as the router's procedures and listeners see it. */
export class WsTrpcSocket implements TrpcSocket {
  subscriptions = 0;
  private calls = 0;
  private due: Close | null = null;

  constructor(
    private readonly socket: WebSocket,
    private readonly connection: Duplex,
    readonly onlySessionId: string | null,
  ) {}

  get waitingBytes(): number {
    return this.socket.bufferedAmount;
  }

  drained(): Promise<void> {
    const { connection } = this;
    return new Promise((resolve) => {
      if (!connection.writableNeedDrain || connection.destroyed) return resolve();
      const done = () => {
        connection.off("drain", done).off("close", done);
        resolve();
      };
      connection.on("drain", done).on("close", done);
    });
  }

  beginCall(): () => void {
    this.calls += 1;
    return () => {
      this.calls -= 1;
      // tRPC writes the answer in the microtasks that follow.
      setImmediate(() => {
        if (this.calls === 0) this.closeDue();
      });
    };
  }

  close(close: Close): void {
    closeSocket(this.socket, close);
  }

  closeAfterAnswers(close: Close, withinMs?: number): void {
    this.due ??= close;
    if (this.calls === 0) this.closeDue();
    else if (withinMs !== undefined) setTimeout(() => this.closeDue(), withinMs).unref();
  }

  terminate(): void {
    this.socket.terminate();
  }

  private closeDue(): void {
    if (this.due) this.close(this.due);
  }
}
