import type { DropCause, EventFrame, SubscriberSink, Subscription } from "@adjourn/sessions";
import { type Close, dropCloses, sessionEndedClose } from "../close-codes.js";
import { closeSocket } from "../close-socket.js";
import type { PeerSocket, SocketOwner } from "../web-socket/peer-socket.js";
import { textFrame } from "../web-socket/text-frame.js";

/** What the hub wrote before the socket exists. */
interface Early {
  readonly frames: EventFrame[];
  bytes: number;
  close: Close | null;
}

/**
 * Writes a session's events to a plain WebSocket, one JSON text frame each. It subscribes before the socket exists, so that
 * a refusal can still be an HTTP status. Events are buffered until {@link attach}.
 */
export class PlainWebSocketSink implements SubscriberSink, SocketOwner {
  private socket: PeerSocket | null = null;
  private subscription: Subscription | null = null;
  private early: Early | null = { frames: [], bytes: 0, close: null };
  private isGone = false;
  private wakeDrained: (() => void)[] | null = null;

  /** Called with the socket once the upgrade is done. */
  attach(socket: PeerSocket, subscription: Subscription): void {
    const { early } = this;
    this.socket = socket;
    this.subscription = subscription;
    this.early = null;
    socket.serveBy(this);
    if (this.isGone) socket.terminate();
    for (const frame of early?.frames ?? []) this.write(frame);
    if (early?.close) closeSocket(socket, early.close);
    this.wake();
  }

  closed(): void {
    this.subscription?.leave();
  }

  write(frame: EventFrame): void {
    if (this.socket) this.socket.writeFrame(frameOf(frame));
    else if (this.early) {
      this.early.frames.push(frame);
      this.early.bytes += frame.json.length;
    }
  }

  get waitingBytes(): number {
    return this.socket?.bufferedAmount ?? this.early?.bytes ?? 0;
  }

  async drained(): Promise<void> {
    if (!this.socket && !this.isGone)
      await new Promise<void>((resolve) => {
        this.wakeDrained ??= [];
        this.wakeDrained.push(resolve);
      });
    await this.socket?.drained();
  }

  /** The event and the close frame go out together. */
  end(last: EventFrame): void {
    this.socket?.cork();
    this.write(last);
    this.close(sessionEndedClose);
    this.socket?.uncork();
  }

  drop(cause: DropCause): void {
    this.close(dropCloses[cause]);
  }

  destroy(): void {
    this.isGone = true;
    this.wake();
    // A socket that is closing is cut once its peer had time to answer.
    if (!this.socket?.closeTimer) this.socket?.terminate();
  }

  private close(close: Close): void {
    if (this.socket) closeSocket(this.socket, close);
    else if (this.early) this.early.close = close;
  }

  private wake(): void {
    for (const wake of this.wakeDrained ?? []) wake();
    this.wakeDrained = null;
  }
}

/** One frame for all subscribers of the event on this wire. */
const frameOf = ({ json, wireForms }: EventFrame): Buffer => {
  const existing = wireForms.get("text");
  if (existing instanceof Buffer) return existing;
  const frame = textFrame(json);
  wireForms.set("text", frame);
  return frame;
};
