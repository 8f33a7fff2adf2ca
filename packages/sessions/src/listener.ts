import type { Message } from "./message.js";
import type { Clock, DropCause, EventFrame, ListenerWriter, Timer } from "./ports.js";
import { limits } from "./schemas.js";
import type { SessionEvent } from "./session-event.js";

/** A frame with the seq of the message it carries, null where it carries none. */
export interface SequencedFrame {
  readonly frame: EventFrame;
  readonly seq: number | null;
  /** The seq that the frame's id resumes behind. */
  readonly reached: number;
}

/** Bytes that may wait for a slow reader before it is closed with 4408 (contract §4). */
export const maxWaitingBytes = 1_048_576;
/** Bytes that a replay lets pile up before it waits for the reader. */
const replayPauseBytes = 262_144;
const replayPageSize = 50;
/** How long a peer may take to answer a close (contract §4). */
export const closeGraceMs = 1_000;

export interface Replay {
  /** The seq of the newest message in the state that the listener was told. */
  readonly upTo: number;
  /** The seq up to which the others heard; what they knew when they came was never passed on. */
  readonly delivered: () => number;
  readonly read: (afterSeq: number, limit: number) => Promise<readonly Message[]>;
  readonly toFrame: (message: Message) => EventFrame;
}

/**
 * One listener on its way in and out. Until its replay has caught up it holds live frames back; then it passes them
 * on. It is gone exactly once: by leaving, by being dropped, or by its session's end.
 */
export class Listener {
  private state: "entering" | "replaying" | "live" | "ending" | "gone" = "entering";
  private held: SequencedFrame[] = [];
  private heldBytes = 0;
  /** The seq of the last message it was sent, or had seen before it came. */
  private reached = 0;
  /** The newest replies it was sent whole, oldest first. */
  private readonly whole = new Set<string>();
  private lastFrame: SequencedFrame | null = null;
  private timer: Timer | null = null;

  constructor(
    private readonly writer: ListenerWriter,
    private readonly clock: Clock,
    /** The same event under an id that resumes behind `reached`. */
    private readonly reframe: (event: SessionEvent, reached: number) => EventFrame,
    private readonly onGone: (listener: Listener) => void,
  ) {}

  hear(item: SequencedFrame): void {
    if (this.state === "live") this.pass(item);
    else if (this.state === "entering" || this.state === "replaying") this.hold(item);
  }

  /** @returns false where it left, or was dropped, while it was entering; an end refuses such a one */
  start(started: EventFrame, afterSeq: number, { upTo }: Replay): boolean {
    if (this.state !== "entering") return false;
    this.state = "replaying";
    this.reached = afterSeq;
    // What came before a message that the state it is told has already is part of that state.
    const known = this.held.findLastIndex(({ seq }) => seq !== null && seq <= upTo);
    for (const _ of this.held.slice(0, known + 1)) this.nextHeld();
    this.writer.write(started);
    return true;
  }

  /** Sends what it missed, then what was held back meanwhile, in order and as fast as it reads; then it is live. */
  async catchUp(replay: Replay): Promise<void> {
    await this.replayUpTo(replay.upTo, replay);
    do {
      for (let next = this.nextHeld(); next && this.state === "replaying"; next = this.nextHeld()) {
        if (next.seq !== null) await this.replayUpTo(next.seq - 1, replay);
        await this.passGently(next);
      }
      await this.replayUpTo(replay.delivered(), replay);
    } while (this.held.length > 0 && this.state === "replaying");
    if (this.state !== "replaying") return;
    this.state = "live";
    if (this.lastFrame) this.finish(this.lastFrame);
  }

  /** `session.ended` is the last thing it hears; a peer that does not answer the close is destroyed. */
  end(item: SequencedFrame): void {
    if (this.state === "replaying") {
      this.lastFrame = item;
      this.timer = this.clock.setTimeout(() => this.finish(item), closeGraceMs);
    } else if (this.state === "live") this.finish(item);
    else this.leave();
  }

  drop(cause: DropCause): void {
    if (this.state === "gone") return;
    this.leave();
    this.writer.drop(cause);
  }

  /** Cuts the connection, so that its peer comes back with its last id. */
  cut(): void {
    if (this.state === "gone") return;
    this.leave();
    this.writer.destroy();
  }

  leave(): void {
    if (this.state === "gone") return;
    this.state = "gone";
    this.held = [];
    this.timer?.cancel();
    this.onGone(this);
  }

  private hold(item: SequencedFrame): void {
    this.held.push(item);
    this.heldBytes += item.frame.json.length;
    if (this.heldBytes > maxWaitingBytes) this.drop("too_slow");
  }

  private nextHeld(): SequencedFrame | undefined {
    const item = this.held.shift();
    if (item) this.heldBytes -= item.frame.json.length;
    return item;
  }

  private async replayUpTo(target: number, { read, toFrame }: Replay): Promise<void> {
    while (this.state === "replaying" && this.reached < target) {
      const page = await read(this.reached, replayPageSize);
      const wanted = page.filter(({ seq }) => seq <= target);
      if (wanted.length === 0) break;
      for (const message of wanted)
        await this.passGently({ frame: toFrame(message), seq: message.seq, reached: message.seq });
    }
  }

  private async passGently(item: SequencedFrame): Promise<void> {
    if (this.state !== "replaying") return;
    this.pass(item);
    if (this.writer.waitingBytes > replayPauseBytes) await this.writer.drained();
  }

  private pass(item: SequencedFrame): void {
    const { seq, frame } = item;
    if (this.state === "gone" || (seq !== null && seq <= this.reached) || this.isLatePiece(frame)) return;
    if (this.writer.waitingBytes > maxWaitingBytes) this.drop("too_slow");
    else {
      if (seq !== null) this.reached = seq;
      this.noteWhole(frame);
      this.writer.write(this.fitted(item));
    }
  }

  /** Read from the store, a whole reply may be faster than its pieces, which the bus brings. */
  private isLatePiece({ event }: EventFrame): boolean {
    return event.type === "message.delta" && this.whole.has(event.messageId);
  }

  private noteWhole({ event }: EventFrame): void {
    if (event.type !== "message" || !event.message.isAgent) return;
    this.whole.add(event.message.id);
    const [oldest] = this.whole;
    if (oldest && this.whole.size > limits.repliesUnderWay) this.whole.delete(oldest);
  }

  /** An id stands for what this listener was sent: one that was held back, or came while others lag, may not. */
  private fitted({ frame, reached }: SequencedFrame): EventFrame {
    return reached === this.reached ? frame : this.reframe(frame.event, this.reached);
  }

  private finish(item: SequencedFrame): void {
    if (this.state === "gone" || this.state === "ending") return;
    this.state = "ending";
    this.timer?.cancel();
    this.timer = this.clock.setTimeout(() => this.cut(), closeGraceMs);
    this.writer.write(this.fitted(item));
    this.writer.end();
  }
}
