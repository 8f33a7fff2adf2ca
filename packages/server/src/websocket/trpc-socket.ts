import type { Duplex } from "node:stream";
import { type Close, closeSocket, sessionEndedClose, type TrpcSocket } from "@adjourn/transports";
import type { WebSocket } from "ws";

/** How long a socket whose session is over still answers: calls that crossed the end are told so, and not cut off. */
const answersAfterEndMs = 1_000;
/** How long subscriptions that complete may hold up its close. */
const completeWithinMs = 5_000;

/** A `ws` socket as the router's procedures and listeners see it. */
export class WsTrpcSocket implements TrpcSocket {
  onlySessionId: string | null = null;
  subscriptions = 0;
  private calls = 0;
  private due: Close | null = null;
  private isSessionOver = false;

  constructor(
    private readonly socket: WebSocket,
    private readonly connection: Duplex,
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

  beginSubscription(): () => void {
    this.subscriptions += 1;
    let isOpen = true;
    return () => {
      if (!isOpen) return;
      isOpen = false;
      this.subscriptions -= 1;
      // As with an answer: tRPC has yet to say that it is complete.
      if (this.isSessionOver) setImmediate(() => this.closeIfIdle());
    };
  }

  /** The session that the socket's token is for is over: it closes once its subscriptions are complete, or soon. */
  sessionEnded(): void {
    this.isSessionOver = true;
    setTimeout(() => this.closeIfIdle(), answersAfterEndMs).unref();
    setTimeout(() => this.close(sessionEndedClose), completeWithinMs).unref();
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

  /** Runs at once where it is closed already. */
  onceClosed(run: () => void): void {
    if (this.socket.readyState === this.socket.CLOSED) run();
    else this.socket.once("close", run);
  }

  private closeIfIdle(): void {
    if (this.subscriptions === 0) this.closeAfterAnswers(sessionEndedClose);
  }

  private closeDue(): void {
    // What has been begun for a session that is over is told its end first.
    if (this.due && (!this.isSessionOver || this.subscriptions === 0)) this.close(this.due);
  }
}
