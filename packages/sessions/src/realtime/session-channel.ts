import { atMostEvery } from "../async/at-most-every.js";
import { withDeadline } from "../async/with-deadline.js";
import type { EndingRecord } from "../model/ending.js";
import { SessionError } from "../model/errors.js";
import type { Message } from "../model/message.js";
import { type Session, toIso } from "../model/session.js";
import { formatEventId, type SessionEvent, type SessionEventBody } from "../model/session-event.js";
import type {
  BusSubscription,
  DropCause,
  EndingCounts,
  EventBody,
  EventFrame,
  MessageBody,
  Ports,
  PresenceRecord,
  SubscriberSink,
  TextSoFar,
  Timer,
} from "../ports/index.js";
import { limits } from "../schemas/index.js";
import { countsAsListener, type SubscriberCredential } from "../session-service.js";
import { ChannelReplies } from "./channel-replies.js";
import type { EndingCountsWriter } from "./ending-counts.js";
import type { RemoteDelta } from "./remote-texts.js";
import { type Delivery, messageDelivery, Sequencer } from "./sequencer.js";
import { closeGraceMs, type SequencedFrame, Subscriber, type SubscriberOwner } from "./subscriber.js";

/** What a channel needs of the hub. */
export interface ChannelOwner {
  readonly endingCounts: EndingCountsWriter;
  /** A part of an event's id that no other event has. */
  nextUnique(): string;
  /** Asks the nodes that run replies of the session for their text so far. */
  requestTexts(sessionId: string): void;
  /** Called when a subscriber or a reply has come or gone. */
  onChange(channel: SessionChannel): void;
}

/** The realtime state of one session on this node: subscribers, replies in flight, delivery order. Exists while it holds any. */
export class SessionChannel implements SubscriberOwner {
  private readonly subscribers = new Set<Subscriber>();
  /** Number of listeners that have received `session.started`: the ones that an end counts as dropped. */
  private startedListeners = 0;
  readonly replies: ChannelReplies;
  /** Callbacks that receive the session's end and no other event. */
  private readonly endWatchers = new Set<() => void>();
  /** Number of subscribers that follow a reply for a caller of this process, or observe. They are no listeners. */
  private uncounted = 0;
  /** Number of subscribers that use the session's own token. */
  private tokenSubscribers = 0;
  private readonly sequencer: Sequencer;
  /** The number of the last event of each other node. */
  private readonly lastNth = new Map<string, number>();
  /** Cuts the peers that do not answer the close in time. */
  private closeTimer: Timer | null = null;
  /** Set when the session ends. No subscriber can start after that. */
  ending: EndingRecord | null = null;

  constructor(
    readonly sessionId: string,
    private readonly ports: Pick<Ports, "clock" | "store" | "log">,
    readonly subscription: BusSubscription,
    private readonly owner: ChannelOwner,
  ) {
    const requestTexts = atMostEvery(ports.clock, requestTextsEveryMs, () => owner.requestTexts(sessionId));
    this.replies = new ChannelReplies(sessionId, requestTexts, (hasEnded) => {
      // Its message was stored before the end, but the store's answer arrived after it: it counts as aborted.
      if (!hasEnded && this.ending) this.countAborted();
      this.owner.onChange(this);
    });
    this.sequencer = new Sequencer(
      ports.store,
      (delivery) => this.broadcast(delivery),
      (cause) =>
        ports.log.warn("A gap could not be filled from the store", { sessionId, cause: String(cause) }),
    );
  }

  get isEmpty(): boolean {
    return this.subscribers.size === 0 && this.replies.size === 0 && this.endWatchers.size === 0;
  }

  /** Whether an end cuts anything here. It does not where a call that came after the end is still being refused. */
  get isCutByEnd(): boolean {
    return this.replies.size > 0 || [...this.subscribers].some(({ awaitsEnd }) => awaitsEnd);
  }

  get listeners(): number {
    return this.startedListeners;
  }

  get presence(): PresenceRecord {
    return {
      listeners: this.listeners,
      replies: this.replies.inFlight.map(({ messageId, inReplyTo }) => ({ messageId, inReplyTo })),
    };
  }

  get sizes(): { readonly listeners: number; readonly operations: number } {
    const listeners = this.subscribers.size - this.uncounted;
    return { listeners, operations: this.replies.size };
  }

  /**
   * Adds a subscriber that buffers every event until {@link startSubscriber}.
   * @throws SessionError `RATE_LIMITED` beyond the limit of the token or of the session
   */
  addSubscriber(sink: SubscriberSink, credential: SubscriberCredential): Subscriber {
    if (credential === "token" && this.tokenSubscribers >= limits.subscribersPerToken)
      throw tooManySubscribers(this.sessionId, limits.subscribersPerToken);
    if (this.subscribers.size >= limits.subscribersPerSession)
      throw tooManySubscribers(this.sessionId, limits.subscribersPerSession);
    const subscriber = new Subscriber(sink, this.ports.clock, credential, this);
    this.subscribers.add(subscriber);
    if (!countsAsListener(credential)) this.uncounted += 1;
    if (credential === "token") this.tokenSubscribers += 1;
    return subscriber;
  }

  withCursor(event: SessionEvent, cursor: number): EventFrame {
    return toFrame({ ...event, id: formatEventId(this.sessionId, cursor, this.owner.nextUnique()) });
  }

  left(subscriber: Subscriber): void {
    if (!this.subscribers.delete(subscriber)) return;
    if (subscriber.isListening) this.startedListeners -= 1;
    if (!countsAsListener(subscriber.credential)) this.uncounted -= 1;
    if (subscriber.credential === "token") this.tokenSubscribers -= 1;
    if (this.subscribers.size === 0) {
      this.closeTimer?.cancel();
      this.sequencer.pause();
      this.replies.remoteTexts.clear();
    }
    this.owner.onChange(this);
  }

  /** Calls `ended` when the session ends. @returns a function that removes the callback */
  onEnd(ended: () => void): () => void {
    // A new function for each call, since the same callback may be registered twice.
    const watcher = () => ended();
    this.endWatchers.add(watcher);
    return () => {
      this.endWatchers.delete(watcher);
    };
  }

  /** Sends `session.started`, replays the messages after `afterSeq` (null: none), then switches the subscriber to live. */
  startSubscriber(
    subscriber: Subscriber,
    session: Session,
    started: Extract<SessionEventBody, { type: "session.started" }>,
    afterSeq: number | null,
  ): void {
    const from = afterSeq ?? session.lastSeq;
    const replay = {
      upTo: session.lastSeq,
      delivered: () => this.sequencer.cursor,
      read: (after: number, limit: number) =>
        this.ports.store.readMessagesAfter(session.channelId, after, limit, limits.pageBytes),
      toFrame: (message: Message) => this.frame(messageDelivery(message), message.seq),
    };
    const frame = this.frame({ seq: null, at: toIso(this.ports.store.now()), body: started }, from);
    if (!subscriber.start(frame, from, replay, started.pendingReplies)) return;
    if (subscriber.isListening) this.startedListeners += 1;
    // The others must receive the messages that this subscriber already knows before any later event.
    this.sequencer.begin(session.channelId, session.lastSeq);
    this.owner.onChange(this);
    subscriber.catchUp(replay).catch((cause: unknown) => {
      this.ports.log.warn("A replay failed; its subscriber is cut and may come back", {
        sessionId: this.sessionId,
        cause: String(cause),
      });
      subscriber.cut();
    });
  }

  deliver(delivery: Delivery): void {
    if (this.subscribers.size > 0) this.sequencer.take(delivery);
  }

  /** Delivers an event of another node. */
  deliverRemote(delivery: Delivery & { readonly body: EventBody | MessageBody }): void {
    const { body, at } = delivery;
    if (body.type === "message.delta") {
      if (this.subscribers.size > 0) this.deliverDelta(this.replies.remoteTexts.takeDelta(body), at);
      return;
    }
    const answered = body.type === "message" ? body.message.inReplyTo : null;
    const ended = body.type === "message.failed" ? body.inReplyTo : answered;
    if (ended !== null) this.replies.endRemote(ended);
    this.deliver(delivery);
  }

  /** Takes the text of a reply that another node runs. */
  takeText(reply: TextSoFar): void {
    if (this.subscribers.size > 0)
      this.deliverDelta(this.replies.remoteTexts.takeText(reply), toIso(this.ports.store.now()));
  }

  /** Whether an event of another node repeats an earlier one or arrives after a later one; remembers it otherwise. */
  isDuplicate(origin: string, nth: number): boolean {
    if (nth <= (this.lastNth.get(origin) ?? 0)) return true;
    this.lastNth.set(origin, nth);
    return false;
  }

  /** Delivers the messages up to the store's last seq that the bus has lost. */
  catchUpTo(seq: number): void {
    this.sequencer.catchUpTo(seq);
  }

  /** Aborts the replies in flight, sends `session.ended` to every subscriber and drops it. */
  release(ending: EndingRecord): EndingCounts {
    this.ending = ending;
    const operationsAborted = this.replies.end(ending, () => this.countAborted());
    const dropped = [...this.subscribers].filter(({ awaitsEnd }) => awaitsEnd);
    for (const watcher of this.endWatchers) watcher();
    this.sendEnd(ending, dropped).catch((cause: unknown) => {
      const { sessionId } = this;
      this.ports.log.error("An end could not be sent; its subscribers are cut", {
        sessionId,
        cause: String(cause),
      });
      for (const subscriber of dropped) subscriber.cut();
    });
    return { listenersDropped: dropped.filter(({ isListening }) => isListening).length, operationsAborted };
  }

  /** Drops every subscriber although the session lives; they can reconnect to any node. */
  dropSubscribers(cause: DropCause): void {
    for (const subscriber of [...this.subscribers]) subscriber.drop(cause);
  }

  /** Counts one that was not known to be cut when the session ended. */
  private countAborted(): void {
    this.owner.endingCounts.add(this.sessionId, { listenersDropped: 0, operationsAborted: 1 });
  }

  private deliverDelta(next: RemoteDelta | null, at: string): void {
    if (next) this.deliver({ seq: null, at, body: next.delta, isBeginning: next.isBeginning });
  }

  private broadcast(delivery: Delivery): void {
    const { body } = delivery;
    // A message that the bus has lost comes from the store.
    if (body.type === "message" && body.message.inReplyTo !== null)
      this.replies.remoteTexts.end(body.message.inReplyTo);
    const item = this.sequenced(delivery);
    for (const subscriber of [...this.subscribers]) subscriber.deliver(item);
  }

  private async sendEnd(ending: EndingRecord, dropped: readonly Subscriber[]): Promise<void> {
    if (dropped.length === 0) return;
    if (!this.sequencer.hasDelivered(ending.lastSeq))
      await withDeadline(
        this.ports.clock,
        closeGraceMs,
        this.sequencer.deliverUpTo(ending.lastSeq),
        undefined,
      );
    const at = toIso(ending.endedAt);
    const { cause, reason } = ending;
    const body = { type: "session.ended", cause, reason, endedAt: at } as const;
    const item = this.sequenced({ seq: null, at, body });
    // On some wires a subscriber is gone as soon as its end is written.
    const closing = dropped.filter((subscriber) => subscriber.end(item) && this.subscribers.has(subscriber));
    // One timer for all: each would have the same time.
    if (closing.length > 0)
      this.closeTimer = this.ports.clock.setTimeout(() => {
        for (const subscriber of closing) subscriber.cut();
      }, closeGraceMs);
  }

  /** An event's id resumes after the event's own message, or after the last message delivered before it. */
  private sequenced(delivery: Delivery): SequencedFrame {
    const cursor = delivery.seq ?? this.sequencer.cursor;
    const { seq, isBeginning = false } = delivery;
    return { frame: this.frame(delivery, cursor), seq, cursor, isBeginning };
  }

  private frame({ seq, at, body }: Delivery, cursor: number): EventFrame {
    const id = formatEventId(this.sessionId, cursor, seq === null ? this.owner.nextUnique() : "m");
    const { type, ...rest } = body;
    // Type and fields come from one value of the union; only their order changes.
    return toFrame({ id, type, sessionId: this.sessionId, at, ...rest } as SessionEvent);
  }
}

/** Least time between two requests for the text of replies, of which each answer can have 256 Ki characters. */
const requestTextsEveryMs = 250;

const tooManySubscribers = (sessionId: string, limit: number): SessionError =>
  new SessionError("RATE_LIMITED", "Too many subscribers of this session", { sessionId, limit });

const toFrame = (event: SessionEvent): EventFrame => ({
  event,
  json: JSON.stringify(event),
  wireForms: new Map(),
});
