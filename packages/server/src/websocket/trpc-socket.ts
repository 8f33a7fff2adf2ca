import {
  type Close,
  closeSocket,
  type HubSubscription,
  type PeerSocket,
  type SocketSubscription,
  sessionEndedClose,
  type TrpcSocket,
} from "@adjourn/transports";

/**
 * How long a socket whose session has ended still answers, so that calls that crossed the end get an error, and how long
 * calls in flight may then delay its close.
 */
const answersAfterEndMs = 1_000;

/** Adapts a `ws` socket to the interface that procedures and subscriptions use. */
export class WsTrpcSocket implements TrpcSocket {
  onlySessionId: string | null = null;
  subscriptions = 0;
  /** Number of those to the session that the socket was opened for. */
  private ownSubscriptions = 0;
  private calls = 0;
  private due: Close | null = null;
  private isSessionOver = false;
  /** Set once the session is over: at its end if there were subscriptions to it, else when calls that crossed it are answered. */
  private closesWhenIdle = false;
  /** The subscriptions that the hub writes to, at most 100. */
  private written: SocketSubscription[] = [];

  constructor(private readonly socket: PeerSocket) {}

  get waitingBytes(): number {
    return this.socket.bufferedAmount;
  }

  drained(): Promise<void> {
    return this.socket.drained();
  }

  writeFrame(frame: Buffer): void {
    this.socket.writeFrame(frame);
  }

  cork(): void {
    this.socket.cork();
  }

  uncork(): void {
    this.socket.uncork();
  }

  beginCall(): () => void {
    this.calls += 1;
    // tRPC writes the answer in the microtasks that follow.
    return () => setImmediate(() => this.answered());
  }

  beginSubscription(sessionId: string | null): void {
    this.subscriptions += 1;
    if (sessionId === this.onlySessionId) this.ownSubscriptions += 1;
  }

  endSubscription(sessionId: string | null): void {
    this.subscriptions -= 1;
    if (sessionId !== this.onlySessionId) return;
    this.ownSubscriptions -= 1;
    // As with an answer: tRPC writes the completion in the microtasks that follow.
    if (this.closesWhenIdle) setImmediate(() => this.closeIfIdle());
  }

  add(subscription: SocketSubscription): void {
    // `concat` allocates one slot, a spread seventeen.
    this.written = this.written.concat(subscription);
  }

  left(subscription: HubSubscription): void {
    this.written = this.written.filter((other) => other !== subscription);
  }

  /** The subscription with this call id that the hub writes to. */
  subscription(id: unknown): SocketSubscription | undefined {
    return this.written.find((subscription) => subscription.id === id);
  }

  isSubscribedTo(sessionId: string): boolean {
    return this.written.some((subscription) => subscription.receives(sessionId));
  }

  /** Called when the socket is closed. */
  leaveAll(): void {
    for (const subscription of this.written) subscription.leave();
  }

  /** Called when the session that the socket was opened for ends: it closes once its subscriptions are complete, or soon. */
  sessionEnded(): void {
    this.isSessionOver = true;
    // The last of its subscriptions closes it, so that thousands need no timer each.
    this.closesWhenIdle = this.ownSubscriptions > 0;
    if (!this.closesWhenIdle)
      setTimeout(() => {
        this.closesWhenIdle = true;
        this.closeIfIdle();
      }, answersAfterEndMs).unref();
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

  private answered(): void {
    this.calls -= 1;
    if (this.calls === 0) this.closeDue();
  }

  private closeIfIdle(): void {
    if (this.ownSubscriptions === 0) this.closeAfterAnswers(sessionEndedClose, answersAfterEndMs);
  }

  private closeDue(): void {
    // Open subscriptions to an ended session receive its end first.
    if (this.due && (!this.isSessionOver || this.ownSubscriptions === 0)) this.close(this.due);
  }
}
