import type { DropCause, EventFrame, SubscriberSink, Subscription } from "@adjourn/sessions";
import { maxWaitingBytes } from "@adjourn/sessions";
import { Violation } from "../model.js";
import type { Random } from "../random.js";
import type { Scheduler } from "../scheduler.js";
import { type ClientState, type RunState, SubscriberRules } from "../subscriber-rules.js";
import type { SimulatedNode } from "./simulated-node.js";

/** A client that subscribes to a session, over any number of connections. */
export interface Client extends ClientState {
  connection: SimulatedSubscriber | null;
}

/** How the peer reads and disconnects: `slow` in bursts, `stuck` never, `vanished` does not answer the close. */
export type SubscriberStyle = "prompt" | "slow" | "stuck" | "vanished";

/** Slow readers count each byte this many times, so that short texts fill their buffers. */
const bytesPerByte = 1_500;
const bytesPerMs = { prompt: Number.POSITIVE_INFINITY, slow: 10_000, stuck: 0.001, vanished: 0.001 } as const;

/** One connection of a client: a sink that checks each event against the rules. */
export class SimulatedSubscriber implements SubscriberSink {
  readonly rules: SubscriberRules;
  subscription: Subscription | null = null;
  /** Why it was closed; null while it is open. */
  closed: "left" | "destroyed" | "refused" | "crashed" | DropCause | null = null;
  endCalledAt: number | null = null;
  private readonly openedAt: number;
  private clearAt = 0;
  private wake: (() => void)[] = [];

  constructor(
    readonly client: Client,
    readonly node: SimulatedNode,
    readonly style: SubscriberStyle,
    private readonly scheduler: Scheduler,
    private readonly random: Random,
    run: RunState,
    private readonly violated: (violation: Violation) => void,
  ) {
    this.openedAt = scheduler.now;
    this.rules = new SubscriberRules(client, node, run, () => this.isExcused);
  }

  /** Whether the store has not failed its node since it connected: then no event may be missing. */
  get wasServedWell(): boolean {
    return this.node.failedAt < this.openedAt;
  }

  /** Events were written, and neither side has closed it. */
  get isOpen(): boolean {
    return this.closed === null && this.rules.hasStarted;
  }

  /** It disconnected while it was being added, which its node can't know before it is added. */
  private get leftUnnoticed(): boolean {
    return this.closed === "left" && this.subscription === null;
  }

  get waitingBytes(): number {
    return this.style === "prompt" ? 0 : Math.max(0, (this.clearAt - this.scheduler.now) * this.rate);
  }

  write({ event, json }: EventFrame): void {
    if (this.leftUnnoticed) return;
    this.check(() => {
      if (this.closed || this.endCalledAt !== null) throw new Violation("§4", `${event.type} after the end`);
      this.rules.receive(event, json);
    });
    this.check(() => {
      if (event.type !== "session.ended" && this.waitingBytes > maxWaitingBytes)
        throw new Violation("§4", "written to a reader with 1 MiB waiting");
    });
    const bytes = this.style === "prompt" ? 0 : json.length * bytesPerByte;
    this.clearAt = Math.max(this.clearAt, this.scheduler.now) + bytes / this.rate;
  }

  drained(): Promise<void> {
    return new Promise((resolve) => {
      this.wake.push(resolve);
      this.scheduler.schedule(Math.ceil(this.clearAt - this.scheduler.now), resolve, this.node);
    });
  }

  end(last: EventFrame): void {
    if (this.leftUnnoticed) return;
    this.write(last);
    this.check(() => {
      if (this.closed || this.endCalledAt !== null) throw new Violation("§4", "closed twice");
      if (!this.rules.hasEnded) throw new Violation("E6", "closed without session.ended");
    });
    this.endCalledAt = this.scheduler.now;
    if (this.style === "prompt" || this.style === "slow")
      this.scheduler.schedule(this.random.below(300), () => this.leave(), this.node);
  }

  drop(cause: DropCause): void {
    if (this.leftUnnoticed) return;
    this.check(() => {
      if (this.closed || this.endCalledAt !== null) throw new Violation("§4", "dropped after it was closed");
      if (cause === "too_slow" && this.style === "prompt")
        throw new Violation("§4", "dropped as too slow, although it is not");
      if (cause === "draining" && !this.node.isDraining)
        throw new Violation("§4", "drained by a healthy node");
    });
    this.close(cause);
  }

  destroy(): void {
    if (this.leftUnnoticed) return;
    this.check(() => {
      if (this.closed) throw new Violation("§4", `destroyed after it was gone (${this.closed})`);
      if (this.endCalledAt === null && !this.isExcused) throw new Violation("§4", "cut without a reason");
    });
    this.close("destroyed");
  }

  /** The peer disconnects, or answers the close. */
  leave(): void {
    if (this.closed) return;
    this.close("left");
    this.subscription?.leave();
  }

  close(how: NonNullable<SimulatedSubscriber["closed"]>): void {
    this.closed = how;
    if (this.client.connection === this) this.client.connection = null;
    if (how !== "crashed") for (const wake of this.wake) wake();
    this.wake = [];
  }

  /** Events may be missing for a slow reader, and while the store did not answer its node. */
  private get isExcused(): boolean {
    return this.style !== "prompt" || this.scheduler.now - this.node.troubledAt < 3_000;
  }

  private get rate(): number {
    return bytesPerMs[this.style];
  }

  private check(rule: () => void): void {
    try {
      rule();
    } catch (cause) {
      if (!(cause instanceof Violation)) throw cause;
      this.violated(cause);
    }
  }
}
