import type {
  DropCause,
  EventFrame,
  Inputs,
  SessionService,
  SubscriberCredential,
  SubscriberSink,
  Subscription,
} from "@adjourn/sessions";
import { dropCloses, sessionEndedClose } from "../close-codes.js";
import { beginSubscription } from "./subscription-slot.js";
import { type CallId, eventFrame, lastFrames, startedFrame, stoppedFrame } from "./trpc-frames.js";
import type { HubSubscription, TrpcSocket } from "./trpc-peer.js";
import { answersWithinMs } from "./trpc-wire.js";

/**
 * A subscription to a session's events on a tRPC socket. The hub writes tRPC's frames to the socket itself: tRPC's own loop
 * costs promises, an iterator and an AbortController a subscriber, and more time an event than the write.
 */
export class SocketSubscription implements SubscriberSink, HubSubscription, CallId {
  private sessionId: string | null = null;
  private subscription: Subscription | null = null;
  private isOpen = true;
  /** Set by {@link stop}. The client waits for no other answer then. */
  isStopped = false;
  private hasStarted = false;

  constructor(
    private readonly socket: TrpcSocket,
    readonly id: string | number,
    readonly hasVersion: boolean,
  ) {}

  async begin(
    sessions: Pick<SessionService, "sessionEvents">,
    input: Inputs["sessionEvents"],
    credential: SubscriberCredential,
  ): Promise<void> {
    if (!this.isOpen) return;
    beginSubscription(this.socket, input.sessionId);
    const { onlySessionId } = this.socket;
    // One string in memory for both: tens of thousands of sockets may have a session's id.
    this.sessionId = input.sessionId === onlySessionId ? onlySessionId : input.sessionId;
    try {
      const subscription = await sessions.sessionEvents(input, this, credential);
      if (this.isOpen) this.subscription = subscription;
      else subscription.leave();
    } catch (cause) {
      this.leave();
      throw cause;
    }
  }

  /** Whether it receives the events of this session, whose end has not been written yet. */
  receives(sessionId: string): boolean {
    return this.hasStarted && this.sessionId === sessionId;
  }

  /** The client stops it. */
  stop(): void {
    if (!this.isOpen) return;
    this.isStopped = true;
    this.socket.writeFrame(stoppedFrame(this));
    this.leave();
  }

  /** Called when it is over, by its socket too. */
  leave(): void {
    if (!this.isOpen) return;
    this.isOpen = false;
    this.subscription?.leave();
    if (this.sessionId !== null) this.socket.endSubscription(this.sessionId);
    this.socket.left(this);
  }

  /* ---- the hub's side ---- */

  write(frame: EventFrame): void {
    if (!this.isOpen) return;
    if (!this.hasStarted) this.socket.writeFrame(startedFrame(this));
    this.hasStarted = true;
    this.socket.writeFrame(eventFrame(frame, this));
  }

  get waitingBytes(): number {
    return this.socket.waitingBytes;
  }

  drained(): Promise<void> {
    return this.socket.drained();
  }

  /** A client reconnects if its socket closes before it knows that the subscription is complete. */
  end(last: EventFrame): void {
    if (!this.isOpen) return;
    const { socket, sessionId } = this;
    socket.cork();
    socket.writeFrame(lastFrames(last, this));
    this.leave();
    // A socket outlives its subscriptions, unless it was opened for one session only.
    if (sessionId !== null && socket.onlySessionId === sessionId && !socket.isSubscribedTo(sessionId))
      socket.closeAfterAnswers(sessionEndedClose, answersWithinMs);
    socket.uncork();
  }

  /** A stock client reconnects after its socket closes and resumes with its last event id. `stopped` would end it. */
  drop(cause: DropCause): void {
    this.leave();
    if (cause === "draining") this.socket.closeAfterAnswers(dropCloses.draining);
    else this.socket.close(dropCloses[cause]);
  }

  destroy(): void {
    this.socket.terminate();
  }
}
