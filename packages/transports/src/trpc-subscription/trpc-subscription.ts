import type {
  DropCause,
  EventFrame,
  Inputs,
  SessionEvent,
  SessionService,
  SubscriberCredential,
  SubscriberSink,
  Subscription,
} from "@adjourn/sessions";
import { type TrackedEnvelope, tracked } from "@trpc/server";
import { takeSubscriptionSlot } from "./subscription-slot.js";
import type { TrpcPeer } from "./trpc-peer.js";
import { responseWire, socketWire, type TrpcWire } from "./trpc-wire.js";

export type TrackedEvent = TrackedEnvelope<SessionEvent>;

/**
 * A session's events as a tRPC subscription. It completes after `session.ended`.
 * @throws SessionError like the domain's `sessionEvents`, and `RATE_LIMITED` beyond 100 subscriptions per socket
 */
export const subscribeOverTrpc = async (
  sessions: Pick<SessionService, "sessionEvents">,
  { socket, response, subscription }: TrpcPeer,
  input: Inputs["sessionEvents"],
  credential: SubscriberCredential,
  signal: AbortSignal | undefined,
): Promise<AsyncIterable<TrackedEvent>> => {
  if (subscription) {
    await subscription.begin(sessions, input, credential);
    return writtenByTheHub;
  }
  const releaseSlot = takeSubscriptionSlot(socket, input.sessionId);
  const wire = socket ? socketWire(socket, input.sessionId) : responseWire(response);
  const sink = new TrpcSubscriptionSink(wire, releaseSlot);
  try {
    sink.attach(await sessions.sessionEvents(input, sink, credential));
  } catch (cause) {
    releaseSlot();
    throw cause;
  }
  // tRPC does not call `return` on a subscription that is stopped before its first read.
  const leave = () => {
    sink.return().catch(() => {});
  };
  if (signal?.aborted) leave();
  else signal?.addEventListener("abort", leave, { once: true });
  return sink;
};

/** The result of a subscription whose frames the hub writes to the socket itself. Nothing reads it. */
const writtenByTheHub: AsyncIterable<TrackedEvent> = {
  async *[Symbol.asyncIterator]() {},
};

interface Reader {
  readonly resolve: (result: IteratorResult<TrackedEvent, undefined>) => void;
  readonly reject: (error: Error) => void;
}

/** Connects the hub, which pushes, to tRPC, which pulls one event at a time and has no backpressure. */
class TrpcSubscriptionSink implements SubscriberSink, AsyncIterableIterator<TrackedEvent, undefined> {
  private readonly queue: EventFrame[] = [];
  private queuedBytes = 0;
  private reader: Reader | null = null;
  private finished: { readonly error: Error | null; readonly isEnd: boolean } | null = null;
  private subscription: Subscription | null = null;
  private hasLeft = false;
  private wakeDrained: (() => void)[] = [];

  constructor(
    private readonly wire: TrpcWire,
    private readonly releaseSlot: () => void,
  ) {}

  attach(subscription: Subscription): void {
    this.subscription = subscription;
    if (this.hasLeft) subscription.leave();
  }

  /* ---- the hub's side ---- */

  write(frame: EventFrame): void {
    if (this.finished) return;
    const { reader } = this;
    this.reader = null;
    if (reader) reader.resolve({ done: false, value: toTracked(frame) });
    else {
      this.queue.push(frame);
      this.queuedBytes += frame.json.length;
    }
  }

  get waitingBytes(): number {
    return this.queuedBytes + this.wire.waitingBytes;
  }

  async drained(): Promise<void> {
    if (this.queue.length > 0 && !this.finished)
      await new Promise<void>((resolve) => this.wakeDrained.push(resolve));
    await this.wire.drained();
  }

  end(last: EventFrame): void {
    this.write(last);
    this.finish({ error: null, isEnd: true });
  }

  drop(cause: DropCause): void {
    this.clear();
    this.leave();
    const error = this.wire.drop(cause);
    // Without an error it stays silent, since a stock client treats a stopped subscription as complete.
    if (error) this.finish({ error, isEnd: false });
  }

  destroy(): void {
    this.clear();
    this.wire.destroy();
    this.finish({ error: null, isEnd: false });
  }

  /* ---- tRPC's side ---- */

  [Symbol.asyncIterator](): this {
    return this;
  }

  async next(): Promise<IteratorResult<TrackedEvent, undefined>> {
    const frame = this.queue.shift();
    if (frame) {
      this.queuedBytes -= frame.json.length;
      if (this.queue.length === 0) this.wake();
      return { done: false, value: toTracked(frame) };
    }
    if (!this.finished)
      return new Promise((resolve, reject) => {
        this.reader = { resolve, reject };
      });
    return this.complete();
  }

  async return(): Promise<IteratorResult<TrackedEvent, undefined>> {
    this.clear();
    this.finish({ error: null, isEnd: false });
    this.leave();
    return { done: true, value: undefined };
  }

  private complete(): IteratorResult<TrackedEvent, undefined> {
    const { error, isEnd } = this.finished ?? { error: null, isEnd: false };
    this.leave();
    if (error) {
      this.finished = { error: null, isEnd: false };
      throw error;
    }
    // tRPC writes `stopped` in the microtasks that follow. A client reconnects if its socket closes before that.
    if (isEnd) setImmediate(() => this.wire.completed());
    return { done: true, value: undefined };
  }

  private finish(how: { readonly error: Error | null; readonly isEnd: boolean }): void {
    if (this.finished) return;
    this.finished = how;
    this.wake();
    const { reader } = this;
    this.reader = null;
    if (!reader) return;
    try {
      reader.resolve(this.complete());
    } catch (error) {
      // `complete` throws only the error that `finished` holds.
      reader.reject(error as Error);
    }
  }

  private leave(): void {
    if (this.hasLeft) return;
    this.hasLeft = true;
    this.subscription?.leave();
    this.releaseSlot();
  }

  private clear(): void {
    this.queue.length = 0;
    this.queuedBytes = 0;
  }

  private wake(): void {
    for (const wake of this.wakeDrained.splice(0)) wake();
  }
}

/** One envelope for all subscribers of the event on this wire. */
const toTracked = ({ event, wireForms }: EventFrame): TrackedEvent => {
  const existing = wireForms.get("tracked");
  // Only this function writes this key.
  if (existing) return existing as TrackedEvent;
  const envelope = tracked(event.id, event);
  wireForms.set("tracked", envelope);
  return envelope;
};
