import type { Duplex } from "node:stream";
import { type Close, closeSocket, sessionEndedClose, type TrpcSocket } from "@adjourn/transports";
import type { WebSocket } from "ws";

/** How long a socket whose session has ended still answers, so that calls that crossed the end get an error. */
const answersAfterEndMs = 1_000;
/** How long completing subscriptions may delay its close. */
const completeWithinMs = 5_000;

/** Adapts a `ws` socket to the interface that procedures and subscriptions use. */
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
      // As with an answer: tRPC writes the completion in the microtasks that follow.
      if (this.isSessionOver) setImmediate(() => this.closeIfIdle());
    };
  }

  /** Called when the session of the socket's token ends: the socket closes once its subscriptions are complete, or soon. */
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

  /** Runs at once if the socket is closed already. */
  onceClosed(run: () => void): void {
    if (this.socket.readyState === this.socket.CLOSED) run();
    else this.socket.once("close", run);
  }

  private closeIfIdle(): void {
    if (this.subscriptions === 0) this.closeAfterAnswers(sessionEndedClose);
  }

  private closeDue(): void {
    // Open subscriptions to an ended session receive its end first.
    if (this.due && (!this.isSessionOver || this.subscriptions === 0)) this.close(this.due);
  }
}
