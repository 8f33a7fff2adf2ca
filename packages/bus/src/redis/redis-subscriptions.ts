import type { BusMessage, BusSubscription, Log } from "@adjourn/sessions";
import { Handlers } from "../in-process/handlers.js";
import { inBatches } from "../redis-presence/in-batches.js";

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

/**
 * Tracks the subjects that this process wants and those that Redis was asked for. The difference is sent in a microtask,
 * so that simultaneous changes share one command and opposite changes cancel out.
 */
export class RedisSubscriptions {
  private readonly wanted = new Map<string, Wanted>();
  /** The subjects asked for on the current connection, with their confirmations. */
  private readonly asked = new Map<string, Promise<void>>();
  /** The subjects for which the two may differ. */
  private readonly changed = new Set<string>();
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
        this.change(subject);
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
    for (const subject of this.wanted.keys()) this.changed.add(subject);
    this.send();
    await Promise.all(this.asked.values());
  }

  /** Removes every subscription and resolves every wait. */
  close(): void {
    this.isClosed = true;
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
      this.change(subject);
    }
    return wanted;
  }

  private change(subject: string): void {
    if (this.changed.size === 0) queueMicrotask(() => this.send());
    this.changed.add(subject);
  }

  private send(): void {
    const subjects = [...this.changed];
    this.changed.clear();
    if (!this.wire.isReady) return;
    const isNew = (subject: string) => this.wanted.has(subject) && !this.asked.has(subject);
    const isOver = (subject: string) => !this.wanted.has(subject) && this.asked.has(subject);
    const over = subjects.filter(isOver);
    const added = subjects.filter(isNew);
    // Removed and added again before the command was sent: the existing confirmation serves the new subscription.
    for (const subject of subjects)
      this.asked
        .get(subject)
        ?.then(() => this.wanted.get(subject)?.confirm())
        .catch(() => {});
    for (const batch of inBatches(over)) this.unsubscribe(batch);
    for (const batch of inBatches(added)) this.subscribe(batch);
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
