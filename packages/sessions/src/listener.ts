import type { Message } from "./message.js";
import type { Clock, DropCause, EventFrame, ListenerWriter, Timer } from "./ports.js";
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
  /** What the replay must reach; grows while live messages arrive. */
  readonly target: () => number;
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
  private lastFrame: SequencedFrame | null = null;
  private timer: Timer | null = null;

  constructor(
    private readonly writer: ListenerWriter,
    private readonly clock: Clock,
    /** The same event under an id that resumes behind `reached`. */
    private readonly reframe: (event: SessionEvent, reached: number) => EventFrame,
    private readonly onGone: (listener: Listener) => void,
  ) {}

  /** Whether it has been told `session.started`; one that has not is refused by an end, not dropped. */
  get hasStarted(): boolean {
    return this.state === "replaying" || this.state === "live";
  }

  hear(item: SequencedFrame): void {
    if (this.state === "live") this.pass(item);
    else if (this.state === "entering" || this.state === "replaying") this.hold(item);
  }

  start(started: EventFrame, afterSeq: number): void {
    if (this.state !== "entering") return;
    this.state = "replaying";
    this.reached = afterSeq;
    this.writer.write(started);
  }

  /** Sends what lies between the listener's last id and now, as fast as it reads, then goes live. */
  async catchUp(replay: Replay): Promise<void> {
    while (this.state === "replaying" && this.reached < replay.target()) {
      const page = await replay.read(this.reached, replayPageSize);
      const wanted = page.filter(({ seq }) => seq <= replay.target());
      if (wanted.length === 0) break;
      for (const message of wanted) {
        if (this.state !== "replaying") return;
        this.pass({ frame: replay.toFrame(message), seq: message.seq, reached: message.seq });
        if (this.writer.waitingBytes > replayPauseBytes) await this.writer.drained();
      }
    }
    if (this.state === "replaying") this.goLive();
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

  private goLive(): void {
    // What was held before the newest replayed message happened before it, and its deltas are part of it.
    const covered = this.held.findLastIndex(({ seq }) => seq !== null && seq <= this.reached);
    const rest = this.held.slice(covered + 1);
    this.held = [];
    this.heldBytes = 0;
    this.state = "live";
    for (const item of rest) this.pass(item);
    if (this.lastFrame) this.finish(this.lastFrame);
  }

  private pass(item: SequencedFrame): void {
    const { seq } = item;
    if (this.state === "gone" || (seq !== null && seq <= this.reached)) return;
    if (this.writer.waitingBytes > maxWaitingBytes) this.drop("too_slow");
    else {
      if (seq !== null) this.reached = seq;
      this.writer.write(this.fitted(item));
    }
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
