import { atMost } from "./at-most.js";
import { type Delivery, DeliveryOrder, messageDelivery } from "./delivery-order.js";
import { type EndingRecord, sessionEnded } from "./ending.js";
import { addToEnding } from "./ending-counts.js";
import { SessionError } from "./errors.js";
import { closeGraceMs, Listener, type SequencedFrame } from "./listener.js";
import type { Message } from "./message.js";
import { Operation } from "./operation.js";
import type {
  BusSubscription,
  DropCause,
  EndingCounts,
  EventFrame,
  Held,
  ListenerWriter,
  Ports,
} from "./ports.js";
import { tooManyReplies } from "./replies-under-way.js";
import { limits } from "./schemas.js";
import { type Session, toIso } from "./session.js";
import { formatEventId, type SessionEvent, type SessionEventBody } from "./session-event.js";
import type { SubscriberCredential } from "./sessions.js";

/** What this process holds for one session: listeners, operations, the order of what they hear. Lives while it holds any. */
export class HubEntry {
  private readonly listeners = new Set<Listener>();
  /** Those of them that have been told the state: who an end drops. */
  private readonly started = new Set<Listener>();
  private readonly operations = new Set<Operation>();
  /** Told of the session's end, and of nothing else. */
  private readonly followers = new Set<() => void>();
  /** Those of the listeners that came with the session's own token. */
  private tokenListeners = 0;
  private readonly order: DeliveryOrder;
  /** What was heard last from each other node. */
  private readonly heardFrom = new Map<string, number>();
  /** Set by the session's end: from then on nothing enters. */
  ending: EndingRecord | null = null;

  constructor(
    readonly sessionId: string,
    private readonly ports: Pick<Ports, "clock" | "store" | "log">,
    private readonly nextUnique: () => string,
    readonly subscription: BusSubscription,
    private readonly onChange: (entry: HubEntry) => void,
  ) {
    this.order = new DeliveryOrder(
      ports.store,
      (delivery) => this.broadcast(delivery),
      (cause) =>
        ports.log.warn("A gap could not be filled from the store", { sessionId, cause: String(cause) }),
    );
  }

  get isEmpty(): boolean {
    return this.listeners.size === 0 && this.operations.size === 0 && this.followers.size === 0;
  }

  get held(): Held {
    const replies = [...this.operations].filter(({ isUnderWay }) => isUnderWay);
    return {
      listeners: this.started.size,
      replies: replies.map(({ messageId, inReplyTo }) => ({ messageId, inReplyTo })),
    };
  }

  get sizes(): { readonly listeners: number; readonly operations: number } {
    return { listeners: this.listeners.size, operations: this.operations.size };
  }

  /**
   * A listener that hears nothing yet: what happens is held back for it until {@link startListener}.
   * @throws SessionError `RATE_LIMITED` where there are too many
   */
  addListener(writer: ListenerWriter, credential: SubscriberCredential): Listener {
    const isToken = credential === "token";
    if (isToken && this.tokenListeners >= limits.subscribersPerToken)
      throw tooManySubscribers(this.sessionId, limits.subscribersPerToken);
    if (this.listeners.size >= limits.subscribersPerSession)
      throw tooManySubscribers(this.sessionId, limits.subscribersPerSession);
    const reframe = (event: SessionEvent, reached: number) =>
      toFrame({ ...event, id: formatEventId(this.sessionId, reached, this.nextUnique()) });
    const listener = new Listener(writer, this.ports.clock, reframe, (gone) => {
      this.listeners.delete(gone);
      this.started.delete(gone);
      if (isToken) this.tokenListeners -= 1;
      if (this.listeners.size === 0) this.order.pause();
      this.onChange(this);
    });
    this.listeners.add(listener);
    if (isToken) this.tokenListeners += 1;
    return listener;
  }

  /** Calls `ended` at the session's end. @returns how to stop that */
  follow(ended: () => void): () => void {
    // One of its own for each call, though the function may be the same.
    const follower = () => ended();
    this.followers.add(follower);
    return () => {
      this.followers.delete(follower);
    };
  }

  /** Tells the state, then what the listener missed after `afterSeq` (null: nothing), then lets it go live. */
  startListener(
    listener: Listener,
    session: Session,
    started: SessionEventBody,
    afterSeq: number | null,
  ): void {
    const from = afterSeq ?? session.lastSeq;
    const replay = {
      upTo: session.lastSeq,
      delivered: () => this.order.reached,
      read: (after: number, limit: number) =>
        this.ports.store.readMessagesAfter(session.channelId, after, limit),
      toFrame: (message: Message) => this.frame(messageDelivery(message), message.seq),
    };
    const frame = this.frame({ seq: null, at: toIso(this.ports.store.now()), body: started }, from);
    if (!listener.start(frame, from, replay)) return;
    this.started.add(listener);
    // What this listener knows already, the others must hear before anything else happens.
    this.order.begin(session.channelId, session.lastSeq);
    this.onChange(this);
    listener.catchUp(replay).catch((cause: unknown) => {
      this.ports.log.warn("A replay failed; its listener is cut and may come back", {
        sessionId: this.sessionId,
        cause: String(cause),
      });
      listener.cut();
    });
  }

  /** @throws SessionError `RATE_LIMITED` beyond 100 replies under way here */
  begin(messageId: string, inReplyTo: string): Operation {
    if (this.operations.size >= limits.repliesUnderWay) throw tooManyReplies(this.sessionId);
    const operation = new Operation(messageId, inReplyTo, (changed, finished) => {
      if (finished) this.operations.delete(changed);
      // Its message was stored before the end, and its store said so after it: cut off like those known to be under way.
      else if (this.ending)
        addToEnding(this.ports, this.sessionId, { listenersDropped: 0, operationsAborted: 1 });
      this.onChange(this);
    });
    this.operations.add(operation);
    return operation;
  }

  deliver(delivery: Delivery): void {
    if (this.listeners.size > 0) this.order.take(delivery);
  }

  /** Whether this event of another node is new: the bus may repeat, and what comes late comes too late. */
  isNews(origin: string, nth: number): boolean {
    if (nth <= (this.heardFrom.get(origin) ?? 0)) return false;
    this.heardFrom.set(origin, nth);
    return true;
  }

  /** Called with the seq that the store has: brings listeners up to it where something was lost on the way. */
  catchUpTo(seq: number): void {
    this.order.catchUpTo(seq);
  }

  /** The session is over: aborts what is pending, tells and drops who listens. Nothing here outlives it. */
  release(ending: EndingRecord): EndingCounts {
    this.ending = ending;
    const underWay = [...this.operations].filter(({ isUnderWay }) => isUnderWay);
    for (const operation of this.operations) operation.abort(sessionEnded(ending));
    const dropped = [...this.started];
    this.tellEnd(ending, dropped).catch((cause: unknown) => {
      const { sessionId } = this;
      this.ports.log.error("An end could not be told; its listeners are cut", {
        sessionId,
        cause: String(cause),
      });
      for (const listener of dropped) listener.cut();
    });
    for (const follower of this.followers) follower();
    return { listenersDropped: dropped.length, operationsAborted: underWay.length };
  }

  /** Lets every listener go without an end; they may come back, here or elsewhere. */
  dropListeners(cause: DropCause): void {
    for (const listener of [...this.listeners]) listener.drop(cause);
  }

  abortOperations(cause: Error): void {
    for (const operation of [...this.operations]) operation.abort(cause);
  }

  private broadcast(delivery: Delivery): void {
    const item = this.sequenced(delivery);
    for (const listener of [...this.listeners]) listener.hear(item);
  }

  private async tellEnd(ending: EndingRecord, dropped: readonly Listener[]): Promise<void> {
    if (dropped.length > 0)
      await atMost(this.ports.clock, closeGraceMs, this.order.deliverUpTo(ending.lastSeq));
    const at = toIso(ending.endedAt);
    const { cause, reason } = ending;
    const body = { type: "session.ended", cause, reason, endedAt: at } as const;
    const item = this.sequenced({ seq: null, at, body });
    for (const listener of dropped) listener.end(item);
  }

  /** An event's id stands for every message up to its own, or to those delivered before it. */
  private sequenced(delivery: Delivery): SequencedFrame {
    const reached = delivery.seq ?? this.order.reached;
    return { frame: this.frame(delivery, reached), seq: delivery.seq, reached };
  }

  private frame({ seq, at, body }: Delivery, reached: number): EventFrame {
    const id = formatEventId(this.sessionId, reached, seq === null ? this.nextUnique() : "m");
    const { type, ...rest } = body;
    // The body's type and fields were one value a line above; only their order is made here.
    return toFrame({ id, type, sessionId: this.sessionId, at, ...rest } as SessionEvent);
  }
}

const tooManySubscribers = (sessionId: string, limit: number): SessionError =>
  new SessionError("RATE_LIMITED", "Too many subscribers of this session", { sessionId, limit });

const toFrame = (event: SessionEvent): EventFrame => ({
  event,
  json: JSON.stringify(event),
  wireForms: new Map(),
});
