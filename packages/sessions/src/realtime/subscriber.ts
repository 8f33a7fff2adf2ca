import type { Message } from "../model/message.js";
import type { PendingReply, SessionEvent } from "../model/session-event.js";
import type { Clock, DropCause, EventFrame, SubscriberSink, Timer } from "../ports/index.js";
import { limits } from "../schemas/index.js";
import { countsAsListener, type SubscriberCredential } from "../session-service.js";

/** A frame with the seq of its message, or null if it carries no message. */
export interface SequencedFrame {
  readonly frame: EventFrame;
  readonly seq: number | null;
  /** The seq after which the frame's id resumes. */
  readonly cursor: number;
  /** Whether it is a delta with the beginning of its reply. */
  readonly isBeginning: boolean;
}

/** Unread bytes at which a slow reader is closed with 4408 (contract §4). */
export const maxWaitingBytes = 1_048_576;
/** Unread bytes at which a replay waits for the reader. */
const replayPauseBytes = 262_144;
const replayPageSize = 50;
/** How long a peer may take to answer a close (contract §4). */
export const closeGraceMs = 1_000;

export interface Replay {
  /** The last seq of the session's state that `session.started` carries. */
  readonly upTo: number;
  /** The seq up to which the sequencer has delivered. Messages that the others knew when they subscribed are never delivered. */
  readonly delivered: () => number;
  readonly read: (afterSeq: number, limit: number) => Promise<readonly Message[]>;
  readonly toFrame: (message: Message) => EventFrame;
}

/** What a subscriber needs of its session's channel. */
export interface SubscriberOwner {
  /** Returns the same event with an id that resumes after `cursor`. */
  withCursor(event: SessionEvent, cursor: number): EventFrame;
  /** Called once, when the subscriber is gone. */
  left(subscriber: Subscriber): void;
}

/**
 * One subscriber from its first event to its last. It buffers live frames until its replay has caught up. It becomes
 * gone exactly once: by leaving, by being dropped or by the end of its session. A session can have tens of thousands of
 * them, so what few of them use exists only while it is used.
 */
export class Subscriber {
  private state: "entering" | "replaying" | "live" | "ending" | "gone" = "entering";
  private buffered: SequencedFrame[] | null = null;
  private bufferedBytes = 0;
  private hasStarted = false;
  /** The seq of the last message that it received, now or before it came back. */
  private cursor = 0;
  /** Ids of the newest replies that it received as complete messages, oldest first. */
  private completeReplies: Set<string> | null = null;
  /** The next delta of each reply that it has the text so far of, by the message that the reply answers. */
  private nextIndexes: Map<string, number> | null = null;
  private lastFrame: SequencedFrame | null = null;
  private timer: Timer | null = null;

  constructor(
    private readonly sink: SubscriberSink,
    private readonly clock: Clock,
    readonly credential: SubscriberCredential,
    private readonly owner: SubscriberOwner,
  ) {}

  /** Whether it has received `session.started`, and counts as a listener. */
  get isListening(): boolean {
    return this.hasStarted && countsAsListener(this.credential);
  }

  /** Whether it receives the end of the session: every client that has received `session.started`. */
  get awaitsEnd(): boolean {
    return this.hasStarted && this.credential !== "internal";
  }

  deliver(item: SequencedFrame): void {
    if (this.state === "live") this.send(item);
    else if (this.state === "entering" || this.state === "replaying") this.buffer(item);
  }

  /** @returns false if it left or was dropped before it could start */
  start(
    started: EventFrame,
    afterSeq: number,
    { upTo }: Replay,
    pendingReplies: readonly PendingReply[],
  ): boolean {
    if (this.state !== "entering") return false;
    this.state = "replaying";
    this.hasStarted = true;
    this.cursor = afterSeq;
    // Everything up to a message that the state already includes is part of that state.
    const known = this.buffered?.findLastIndex(({ seq }) => seq !== null && seq <= upTo) ?? -1;
    for (let skipped = 0; skipped <= known; skipped += 1) this.nextBuffered();
    // Without a text so far, the deltas begin where they begin.
    for (const { inReplyTo, nextIndex } of pendingReplies) this.expectDelta(inReplyTo, nextIndex ?? 0);
    this.sink.write(started);
    return true;
  }

  /** Sends the missed messages, then the buffered frames, in order and at the reader's pace. Then it is live. */
  async catchUp(replay: Replay): Promise<void> {
    await this.replayUpTo(replay.upTo, replay);
    do {
      for (let next = this.nextBuffered(); next && this.state === "replaying"; next = this.nextBuffered()) {
        if (next.seq !== null) await this.replayUpTo(next.seq - 1, replay);
        await this.sendWithBackpressure(next);
      }
      await this.replayUpTo(replay.delivered(), replay);
    } while (this.buffered && this.buffered.length > 0 && this.state === "replaying");
    if (this.state !== "replaying") return;
    this.state = "live";
    this.buffered = null;
    if (this.lastFrame) this.finishReplay(this.lastFrame);
  }

  /**
   * Sends `session.ended` as the last event.
   * @returns whether it was sent; the caller then cuts a peer that does not answer the close in time
   */
  end(item: SequencedFrame): boolean {
    if (this.state === "replaying") {
      this.lastFrame = item;
      this.timer = this.clock.setTimeout(() => this.finishReplay(item), closeGraceMs);
      return false;
    }
    if (this.state !== "live") {
      this.leave();
      return false;
    }
    this.finish(item);
    return true;
  }

  drop(cause: DropCause): void {
    if (this.state === "gone") return;
    this.leave();
    this.sink.drop(cause);
  }

  /** Cuts the connection. The peer can reconnect with its last event id. */
  cut(): void {
    if (this.state === "gone") return;
    this.leave();
    this.sink.destroy();
  }

  leave(): void {
    if (this.state === "gone") return;
    this.state = "gone";
    this.buffered = null;
    this.timer?.cancel();
    this.owner.left(this);
  }

  private buffer(item: SequencedFrame): void {
    this.buffered ??= [];
    this.buffered.push(item);
    this.bufferedBytes += item.frame.json.length;
    if (this.bufferedBytes > maxWaitingBytes) this.drop("too_slow");
  }

  private nextBuffered(): SequencedFrame | undefined {
    const item = this.buffered?.shift();
    if (item) this.bufferedBytes -= item.frame.json.length;
    return item;
  }

  private async replayUpTo(target: number, { read, toFrame }: Replay): Promise<void> {
    while (this.state === "replaying" && this.cursor < target) {
      const page = await read(this.cursor, replayPageSize);
      const wanted = page.filter(({ seq }) => seq <= target);
      if (wanted.length === 0) break;
      for (const message of wanted)
        await this.sendWithBackpressure({
          frame: toFrame(message),
          seq: message.seq,
          cursor: message.seq,
          isBeginning: false,
        });
    }
  }

  private async sendWithBackpressure(item: SequencedFrame): Promise<void> {
    if (this.state !== "replaying") return;
    this.send(item);
    if (this.sink.waitingBytes > replayPauseBytes) await this.sink.drained();
  }

  private send(item: SequencedFrame): void {
    const { seq, frame } = item;
    if (this.state === "gone" || (seq !== null && seq <= this.cursor) || this.isLateDelta(item)) return;
    if (this.sink.waitingBytes > maxWaitingBytes) this.drop("too_slow");
    else {
      if (seq !== null) this.cursor = seq;
      this.noteReply(frame);
      this.sink.write(this.withOwnCursor(item));
    }
  }

  /**
   * Whether the subscriber has the delta's text already, or lacks what comes before it, because the reply ended while it
   * subscribed. A complete reply that is read from the store can overtake its deltas.
   */
  private isLateDelta({ frame: { event }, isBeginning }: SequencedFrame): boolean {
    if (event.type !== "message.delta") return false;
    const next = this.nextIndexes?.get(event.inReplyTo);
    const isLate = next === undefined ? !isBeginning : event.index < next;
    return isLate || (this.completeReplies?.has(event.messageId) ?? false);
  }

  private noteReply({ event }: EventFrame): void {
    if (event.type === "message.delta") this.expectDelta(event.inReplyTo, event.index + 1);
    if (event.type === "message.failed") this.nextIndexes?.delete(event.inReplyTo);
    if (event.type !== "message" || event.message.inReplyTo === null) return;
    this.nextIndexes?.delete(event.message.inReplyTo);
    this.completeReplies ??= new Set();
    this.completeReplies.add(event.message.id);
    const [oldest] = this.completeReplies;
    if (oldest && this.completeReplies.size > limits.inFlightReplies) this.completeReplies.delete(oldest);
  }

  private expectDelta(inReplyTo: string, index: number): void {
    this.nextIndexes ??= new Map();
    this.nextIndexes.set(inReplyTo, index);
  }

  /** An event id must resume after what this subscriber received, which can differ for a buffered frame. */
  private withOwnCursor({ frame, cursor }: SequencedFrame): EventFrame {
    return cursor === this.cursor ? frame : this.owner.withCursor(frame.event, this.cursor);
  }

  /** Sends the end after its replay, or when that takes too long, and cuts a peer that does not answer in time. */
  private finishReplay(item: SequencedFrame): void {
    if (this.state === "gone" || this.state === "ending") return;
    this.timer?.cancel();
    this.timer = this.clock.setTimeout(() => this.cut(), closeGraceMs);
    this.finish(item);
  }

  private finish(item: SequencedFrame): void {
    this.state = "ending";
    this.sink.end(this.withOwnCursor(item));
  }
}
