import type { BusMessage, BusSubscription, Log } from "@adjourn/sessions";
import { Handlers } from "../in-process/handlers.js";
import { inBatches } from "../redis-presence/in-batches.js";

/** Sends SUBSCRIBE or UNSUBSCRIBE; resolves once Redis has confirmed all, rejects where it did not. */
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
 * Which subjects this process receives, and which of them Redis was asked for. The difference is sent a microtask
 * later, so that those who come together share a command, and who comes and goes at once costs none.
 */
export class RedisSubscriptions {
  private readonly wanted = new Map<string, Wanted>();
  /** On the present connection: the subject, and its confirmation. */
  private readonly asked = new Map<string, Promise<void>>();
  /** Subjects for which the two may differ. */
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

  /** The connection is gone, and with it what Redis was asked for. */
  forget(): void {
    this.asked.clear();
  }

  /** Asks a new connection for all that is wanted; resolves once Redis has confirmed it, or the connection is gone. */
  async restore(): Promise<void> {
    for (const subject of this.wanted.keys()) this.changed.add(subject);
    this.send();
    await Promise.all(this.asked.values());
  }

  /** Nobody hears any more, and nobody waits. */
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
    // Given up and wanted again before Redis was told: its confirmation counts for the new one.
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
        // A connection that is gone has forgotten these already; another refusal would be Redis's own.
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
