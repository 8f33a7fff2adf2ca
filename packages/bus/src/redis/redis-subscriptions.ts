import type { BusMessage, BusSubscription, Log } from "@adjourn/sessions";
import { Handlers } from "../in-process/handlers.js";
import { inRedisBatches } from "./redis-batches.js";

/** Sends SUBSCRIBE or UNSUBSCRIBE. Resolves once Redis has confirmed all channels, rejects otherwise. */
export interface SubscriptionWire {
  readonly isReady: boolean;
  subscribe(subjects: readonly string[]): Promise<unknown>;
  unsubscribe(subjects: readonly string[]): Promise<unknown>;
}

interface Wanted {
  readonly handlers: Handlers;
  readonly ready: Promise<void>;
  readonly confirm: () => void;
}

/** Subjects that were left are gathered for this long: what their subscribers still have to do comes first. */
const unsubscribeAfterMs = 20;

/**
 * Tracks the subjects that this process wants and those that Redis was asked for. New ones are sent in a microtask, those
 * left a little later, so that simultaneous changes share one command and opposite changes cancel out.
 */
export class RedisSubscriptions {
  private readonly wanted = new Map<string, Wanted>();
  /** The subjects asked for on the current connection, with their confirmations. */
  private readonly asked = new Map<string, Promise<void>>();
  /** The subjects that may not have been asked for yet. */
  private readonly added = new Set<string>();
  /** The subjects left that Redis still delivers. */
  private readonly left = new Set<string>();
  private leaving: NodeJS.Timeout | null = null;
  private isClosed = false;

  constructor(
    private readonly wire: SubscriptionWire,
    private readonly log: Log,
  ) {}

  add(subject: string, handler: (message: BusMessage) => void): BusSubscription {
    const wanted = this.wanted.get(subject) ?? this.want(subject);
    const leave = wanted.handlers.add(handler);
    return {
      ready: wanted.ready,
      close: () => {
        leave();
        if (wanted.handlers.size > 0 || this.wanted.get(subject) !== wanted) return;
        this.wanted.delete(subject);
        wanted.confirm();
        this.leave(subject);
      },
    };
  }

  call(subject: string, message: BusMessage): void {
    this.wanted.get(subject)?.handlers.call(message);
  }

  /** Called when the connection is lost, and with it all subscriptions. */
  forget(): void {
    this.asked.clear();
  }

  /** Subscribes to everything on a new connection. Resolves once Redis has confirmed it or the connection is lost. */
  async restore(): Promise<void> {
    for (const subject of this.wanted.keys()) this.added.add(subject);
    this.sendAdded();
    await Promise.all(this.asked.values());
  }

  /** Removes every subscription and resolves every wait. */
  close(): void {
    this.isClosed = true;
    if (this.leaving) clearTimeout(this.leaving);
    for (const { confirm } of this.wanted.values()) confirm();
    this.wanted.clear();
    this.asked.clear();
  }

  private want(subject: string): Wanted {
    let confirm = (): void => {};
    const ready = new Promise<void>((resolve) => {
      confirm = resolve;
    });
    const wanted = { handlers: new Handlers(subject, this.log), ready, confirm };
    if (this.isClosed) confirm();
    else {
      this.wanted.set(subject, wanted);
      this.enter(subject);
    }
    return wanted;
  }

  private enter(subject: string): void {
    if (this.added.size === 0) queueMicrotask(() => this.sendAdded());
    this.added.add(subject);
  }

  private leave(subject: string): void {
    this.left.add(subject);
    if (!this.isClosed) this.leaving ??= setTimeout(() => this.sendLeft(), unsubscribeAfterMs);
  }

  private sendAdded(): void {
    const subjects = [...this.added];
    this.added.clear();
    if (!this.wire.isReady) return;
    const isNew = (subject: string) => this.wanted.has(subject) && !this.asked.has(subject);
    const added = subjects.filter(isNew);
    // Left and added again before the command reached Redis: the existing confirmation serves the new subscription.
    for (const subject of subjects)
      this.asked
        .get(subject)
        ?.then(() => this.wanted.get(subject)?.confirm())
        .catch(() => {});
    for (const batch of inRedisBatches(added)) this.subscribe(batch);
  }

  private sendLeft(): void {
    this.leaving = null;
    const subjects = [...this.left];
    this.left.clear();
    if (!this.wire.isReady) return;
    const isOver = (subject: string) => !this.wanted.has(subject) && this.asked.has(subject);
    for (const batch of inRedisBatches(subjects.filter(isOver))) this.unsubscribe(batch);
  }

  private subscribe(batch: readonly string[]): void {
    const confirmed: Promise<void> = this.wire.subscribe(batch).then(
      () => {
        for (const subject of batch)
          if (this.asked.get(subject) === confirmed) this.wanted.get(subject)?.confirm();
      },
      (error: unknown) => {
        // A lost connection has no subscriptions left. Any other failure comes from Redis itself.
        const refused = batch.filter((subject) => this.asked.get(subject) === confirmed);
        for (const subject of refused) this.asked.delete(subject);
        if (refused.length > 0 && this.wire.isReady)
          this.log.error("Redis refused a subscription", { subjects: refused.length, error: String(error) });
      },
    );
    for (const subject of batch) this.asked.set(subject, confirmed);
  }

  private unsubscribe(batch: readonly string[]): void {
    for (const subject of batch) this.asked.delete(subject);
    this.wire.unsubscribe(batch).catch(() => {});
  }
}
