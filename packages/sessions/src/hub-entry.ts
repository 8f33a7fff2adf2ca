import { type EndingRecord, sessionEnded } from "./ending.js";
import { SessionError } from "./errors.js";
import { closeGraceMs, Listener, type SequencedFrame } from "./listener.js";
import { type Message, toMessageInfo } from "./message.js";
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
import { limits } from "./schemas.js";
import { type Session, toIso } from "./session.js";
import { formatEventId, type SessionEvent, type SessionEventBody } from "./session-event.js";

/** Something to deliver; messages carry their seq, so that order and once-only don't depend on how they came. */
export interface Delivery {
  readonly seq: number | null;
  readonly at: string;
  readonly body: SessionEventBody;
}

const fillPageSize = 100;

/** What this process holds for one session: listeners, operations, the seq they were brought to. Lives while it holds any. */
export class HubEntry {
  private readonly listeners = new Set<Listener>();
  /** Those of them that have been told the state: who an end drops. */
  private readonly started = new Set<Listener>();
  private readonly operations = new Set<Operation>();
  /** The seq of the last message delivered here; null while nobody listens. */
  private delivered: number | null = null;
  /** The highest seq that is known to be this session's: what its channel has beyond it may be its successor's. */
  private own = 0;
  /** Deliveries that wait for a gap before them to be filled from the store. */
  private waiting: Delivery[] = [];
  private filling: Promise<void> | null = null;
  private channelId: string | null = null;
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
  ) {}

  get isEmpty(): boolean {
    return this.listeners.size === 0 && this.operations.size === 0;
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

  /** A listener that hears nothing yet: what happens is held back for it until {@link startListener}. */
  addListener(writer: ListenerWriter): Listener {
    const reframe = (event: SessionEvent, reached: number) =>
      toFrame({ ...event, id: formatEventId(this.sessionId, reached, this.nextUnique()) });
    const listener = new Listener(writer, this.ports.clock, reframe, (gone) => {
      this.listeners.delete(gone);
      this.started.delete(gone);
      if (this.listeners.size === 0) this.delivered = null;
      this.onChange(this);
    });
    this.listeners.add(listener);
    return listener;
  }

  /** Tells the state, then what the listener missed after `afterSeq` (null: nothing), then lets it go live. */
  startListener(
    listener: Listener,
    session: Session,
    started: SessionEventBody,
    afterSeq: number | null,
  ): void {
    this.channelId = session.channelId;
    const from = afterSeq ?? session.lastSeq;
    const replay = {
      upTo: session.lastSeq,
      delivered: () => this.delivered ?? 0,
      read: (after: number, limit: number) =>
        this.ports.store.readMessagesAfter(session.channelId, after, limit),
      toFrame: (message: Message) => this.frame(messageDelivery(message), message.seq),
    };
    const frame = this.frame({ seq: null, at: toIso(this.ports.store.now()), body: started }, from);
    if (!listener.start(frame, from, replay)) return;
    this.started.add(listener);
    this.delivered ??= session.lastSeq;
    // What this listener knows already, the others must hear before anything else happens.
    this.catchUpTo(session.lastSeq);
    this.onChange(this);
    listener.catchUp(replay).catch((cause: unknown) => {
      this.ports.log.warn("A replay failed; its listener is cut and may come back", {
        sessionId: this.sessionId,
        cause: String(cause),
      });
      listener.cut();
    });
  }

  /** @throws SessionError `RATE_LIMITED` beyond 100 replies under way */
  begin(messageId: string, inReplyTo: string): Operation {
    if (this.operations.size >= limits.repliesUnderWay)
      throw new SessionError("RATE_LIMITED", "Too many replies under way in this session", {
        sessionId: this.sessionId,
        limit: limits.repliesUnderWay,
      });
    const operation = new Operation(messageId, inReplyTo, (changed, finished) => {
      if (finished) this.operations.delete(changed);
      else if (this.ending) this.countLate(this.ending);
      this.onChange(this);
    });
    this.operations.add(operation);
    return operation;
  }

  deliver(delivery: Delivery): void {
    if (this.listeners.size === 0) return;
    this.own = Math.max(this.own, delivery.seq ?? 0);
    if (!this.filling && this.deliverInOrder(delivery)) return;
    this.waiting.push(delivery);
    this.fill();
  }

  /** Whether this event of another node is new: the bus may repeat, and what comes late comes too late. */
  isNews(origin: string, nth: number): boolean {
    if (nth <= (this.heardFrom.get(origin) ?? 0)) return false;
    this.heardFrom.set(origin, nth);
    return true;
  }

  /** Called with the seq that the store has: brings listeners up to it where something was lost on the way. */
  catchUpTo(seq: number): void {
    this.own = Math.max(this.own, seq);
    if (this.delivered !== null && seq > this.delivered) this.fill();
  }

  /** The session is over: aborts what is pending, tells and drops who listens. Nothing here outlives it. */
  release(ending: EndingRecord): EndingCounts {
    this.ending = ending;
    const underWay = [...this.operations].filter(({ isUnderWay }) => isUnderWay);
    for (const operation of this.operations) operation.abort(sessionEnded(ending));
    const dropped = [...this.started];
    void this.tellEnd(ending, dropped);
    return { listenersDropped: dropped.length, operationsAborted: underWay.length };
  }

  /** Lets every listener go without an end; they may come back, here or elsewhere. */
  dropListeners(cause: DropCause): void {
    for (const listener of [...this.listeners]) listener.drop(cause);
  }

  abortOperations(cause: Error): void {
    for (const operation of [...this.operations]) operation.abort(cause);
  }

  /** Its message was stored before the end, and its store said so after it: cut off like those known to be under way. */
  private countLate({ sessionId }: EndingRecord): void {
    const counts = { listenersDropped: 0, operationsAborted: 1 };
    this.ports.store.addEndingCounts(sessionId, counts).catch((cause: unknown) => {
      this.ports.log.warn("A late operation could not be counted", { sessionId, cause: String(cause) });
    });
  }

  /** False where a message before this one is missing. */
  private deliverInOrder({ seq, at, body }: Delivery): boolean {
    if (seq !== null) {
      if (this.delivered !== null && seq <= this.delivered) return true;
      if (this.delivered !== null && seq > this.delivered + 1) return false;
      this.delivered = seq;
    }
    this.broadcast({ seq, at, body });
    return true;
  }

  private broadcast(delivery: Delivery): void {
    const item = this.sequenced(delivery);
    for (const listener of [...this.listeners]) listener.hear(item);
  }

  private fill(): void {
    this.filling ??= this.fillFromStore()
      .catch((cause: unknown) => {
        // Messages are not lost: the next one, or the next look at the store, shows the gap again. What need not
        // wait for it does not.
        for (const delivery of this.waiting.splice(0)) this.deliverInOrder(delivery);
        this.ports.log.warn("A gap could not be filled from the store", {
          sessionId: this.sessionId,
          cause: String(cause),
        });
      })
      .finally(() => {
        this.filling = null;
        if (this.waiting.length > 0) this.fill();
      });
  }

  /** What waits goes on in the order it came: of what is in the store too, only a gap before a message goes ahead of it. */
  private async fillFromStore(): Promise<void> {
    for (let next = this.waiting.shift(); next; next = this.waiting.shift()) {
      if (this.deliverInOrder(next) || next.seq === null) continue;
      await this.readMissing(next.seq - 1);
      if (this.deliverInOrder(next)) continue;
      // What the store does not have before it is not there to wait for.
      this.delivered = next.seq - 1;
      this.deliverInOrder(next);
    }
    await this.readMissing(this.own);
  }

  private async readMissing(upTo: number): Promise<void> {
    while (this.delivered !== null && this.channelId !== null && this.delivered < upTo) {
      const page = await this.ports.store.readMessagesAfter(this.channelId, this.delivered, fillPageSize);
      const missing = page.filter(({ seq }) => seq <= upTo);
      if (missing.length === 0) return;
      for (const message of missing) {
        if (this.delivered === null || message.seq <= this.delivered) continue;
        this.delivered = message.seq;
        this.broadcast(messageDelivery(message));
      }
    }
  }

  private async tellEnd(ending: EndingRecord, dropped: readonly Listener[]): Promise<void> {
    if (dropped.length > 0) await this.within(closeGraceMs, () => this.deliverUpTo(ending.lastSeq));
    const at = toIso(ending.endedAt);
    const { cause, reason } = ending;
    const body = { type: "session.ended", cause, reason, endedAt: at } as const;
    const item = this.sequenced({ seq: null, at, body });
    for (const listener of dropped) listener.end(item);
  }

  private async deliverUpTo(lastSeq: number): Promise<void> {
    await this.filling;
    this.catchUpTo(lastSeq);
    await this.filling;
  }

  private within(ms: number, work: () => Promise<void>): Promise<void> {
    return new Promise((resolve) => {
      const timer = this.ports.clock.setTimeout(resolve, ms);
      void work().finally(() => {
        timer.cancel();
        resolve();
      });
    });
  }

  /** An event's id stands for every message up to its own, or to those delivered before it. */
  private sequenced(delivery: Delivery): SequencedFrame {
    const reached = delivery.seq ?? this.delivered ?? 0;
    return { frame: this.frame(delivery, reached), seq: delivery.seq, reached };
  }

  private frame({ seq, at, body }: Delivery, reached: number): EventFrame {
    const id = formatEventId(this.sessionId, reached, seq === null ? this.nextUnique() : "m");
    const { type, ...rest } = body;
    // The body's type and fields were one value a line above; only their order is made here.
    return toFrame({ id, type, sessionId: this.sessionId, at, ...rest } as SessionEvent);
  }
}

const messageDelivery = (message: Message): Delivery => ({
  seq: message.seq,
  at: toIso(message.createdAt),
  body: { type: "message", message: toMessageInfo(message) },
});

const toFrame = (event: SessionEvent): EventFrame => ({
  event,
  json: JSON.stringify(event),
  wireForms: new Map(),
});
