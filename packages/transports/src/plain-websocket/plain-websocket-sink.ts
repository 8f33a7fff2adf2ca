import type { DropCause, EventFrame, SubscriberSink, Subscription } from "@adjourn/sessions";
import { type Close, dropCloses, sessionEndedClose } from "../close-codes.js";

/** The parts of a `ws` socket that the sink uses. `close` destroys the socket if the peer does not answer in time. */
export interface EventSocket {
  readonly bufferedAmount: number;
  send(data: Buffer, options: { binary: boolean }, sent: (error?: Error | null) => void): void;
  close(close: Close): void;
  terminate(): void;
  onceClosed(run: () => void): void;
}

/** Unread bytes below which a replay continues. */
const lowWaterBytes = 65_536;

/**
 * Writes a session's events to a plain WebSocket, one JSON text frame each. It subscribes before the socket exists, so that
 * a refusal can still be an HTTP status. Events are buffered until {@link attach}.
 */
export class PlainWebSocketSink implements SubscriberSink {
  private socket: EventSocket | null = null;
  private early: EventFrame[] = [];
  private earlyBytes = 0;
  private earlyClose: Close | null = null;
  private isGone = false;
  private wakeDrained: (() => void)[] = [];

  /** Called with the socket once the upgrade is done. */
  attach(socket: EventSocket, subscription: Subscription): void {
    this.socket = socket;
    socket.onceClosed(() => {
      subscription.leave();
      this.gone();
    });
    if (this.isGone) socket.terminate();
    for (const frame of this.early) this.write(frame);
    this.early = [];
    this.earlyBytes = 0;
    if (this.earlyClose) socket.close(this.earlyClose);
  }

  write(frame: EventFrame): void {
    if (!this.socket) {
      this.early.push(frame);
      this.earlyBytes += frame.json.length;
      return;
    }
    this.socket.send(textOf(frame), { binary: false }, () => this.wakeIfDrained());
  }

  get waitingBytes(): number {
    return this.earlyBytes + (this.socket?.bufferedAmount ?? 0);
  }

  drained(): Promise<void> {
    return new Promise((resolve) => {
      this.wakeDrained.push(resolve);
      this.wakeIfDrained();
    });
  }

  end(): void {
    this.close(sessionEndedClose);
  }

  drop(cause: DropCause): void {
    this.close(dropCloses[cause]);
  }

  destroy(): void {
    this.gone();
    this.socket?.terminate();
  }

  private close(close: Close): void {
    if (this.socket) this.socket.close(close);
    else this.earlyClose = close;
  }

  private gone(): void {
    this.isGone = true;
    this.wakeIfDrained();
  }

  private wakeIfDrained(): void {
    if (this.wakeDrained.length === 0) return;
    if (!this.isGone && this.waitingBytes > lowWaterBytes) return;
    for (const wake of this.wakeDrained.splice(0)) wake();
  }
}

/** One buffer for all subscribers of the event on this wire. */
const textOf = ({ json, wireForms }: EventFrame): Buffer => {
  const existing = wireForms.get("text");
  if (existing instanceof Buffer) return existing;
  const text = Buffer.from(json);
  wireForms.set("text", text);
  return text;
};
