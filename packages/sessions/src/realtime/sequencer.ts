import { type Message, toMessageInfo } from "../model/message.js";
import { toIso } from "../model/session.js";
import type { SessionEventBody } from "../model/session-event.js";
import type { Ports } from "../ports/index.js";
import { limits } from "../schemas/index.js";

/** An event to deliver. Messages carry their seq, so order and deduplication do not depend on the path they took. */
export interface Delivery {
  readonly seq: number | null;
  readonly at: string;
  readonly body: SessionEventBody;
  /** Whether it is a delta with the beginning of its reply. */
  readonly isBeginning?: boolean;
}

const fillPageSize = 100;

/** Delivers the events of one session: messages in the order of their seq and each once. Gaps are filled from the store. */
export class Sequencer {
  /** The seq of the last delivered message; null while there is no subscriber. */
  private delivered: number | null = null;
  /** The highest seq known to belong to this session. Later messages of the channel may belong to the next session. */
  private lastKnownSeq = 0;
  /** Deliveries that wait until the gap before them is filled. */
  private waiting: Delivery[] = [];
  private filling: Promise<void> | null = null;
  /** A gap was reported while a fill was running. That fill may have read too early, so another one follows. */
  private isRefillNeeded = false;
  private channelId: string | null = null;

  constructor(
    private readonly store: Pick<Ports["store"], "readMessagesAfter">,
    private readonly deliver: (delivery: Delivery) => void,
    private readonly onFailure: (cause: unknown) => void,
  ) {}

  /** The seq of the last delivered message, 0 before the first. */
  get cursor(): number {
    return this.delivered ?? 0;
  }

  /** A subscriber starts that already knows the messages up to `seq`. */
  begin(channelId: string, seq: number): void {
    this.channelId = channelId;
    this.delivered ??= seq;
    this.catchUpTo(seq);
  }

  /** The last subscriber left: drops what waits, since a later subscriber starts from the store. */
  pause(): void {
    this.delivered = null;
    this.waiting = [];
  }

  take(delivery: Delivery): void {
    this.lastKnownSeq = Math.max(this.lastKnownSeq, delivery.seq ?? 0);
    if (!this.filling && this.deliverInOrder(delivery)) return;
    this.waiting.push(delivery);
    this.fill();
  }

  /** Whether everything up to `seq` has been delivered and nothing waits. */
  hasDelivered(seq: number): boolean {
    return this.filling === null && this.delivered !== null && this.delivered >= seq;
  }

  /** Delivers what is missing up to `seq`, which the store has. */
  catchUpTo(seq: number): void {
    this.lastKnownSeq = Math.max(this.lastKnownSeq, seq);
    if (this.delivered !== null && seq > this.delivered) this.fill();
  }

  /** Like {@link catchUpTo}; resolves when the fill has finished or failed. */
  async deliverUpTo(seq: number): Promise<void> {
    this.catchUpTo(seq);
    while (this.filling) await this.filling;
  }

  /** @returns false if a message before this one is missing */
  private deliverInOrder(delivery: Delivery): boolean {
    const { seq } = delivery;
    if (seq !== null) {
      if (this.delivered !== null && seq <= this.delivered) return true;
      if (this.delivered !== null && seq > this.delivered + 1) return false;
      this.delivered = seq;
    }
    this.deliver(delivery);
    return true;
  }

  private fill(): void {
    if (this.filling) {
      this.isRefillNeeded = true;
      return;
    }
    this.isRefillNeeded = false;
    this.filling = this.fillFromStore()
      .catch((cause: unknown) => {
        // No message is lost: the next message or the next reconciliation finds the gap again. Deliveries that do not
        // depend on the gap go out now.
        for (const delivery of this.waiting.splice(0)) this.deliverInOrder(delivery);
        this.onFailure(cause);
      })
      .finally(() => {
        this.filling = null;
        if (this.waiting.length > 0 || this.isRefillNeeded) this.fill();
      });
  }

  /** Delivers what waits in its order of arrival, and before each message the gap that precedes it. */
  private async fillFromStore(): Promise<void> {
    for (let next = this.waiting.shift(); next; next = this.waiting.shift()) {
      if (this.deliverInOrder(next) || next.seq === null) continue;
      await this.readMissing(next.seq - 1);
      // Paused meanwhile: its subscribers are gone.
      if (this.delivered === null || this.deliverInOrder(next)) continue;
      // The store has nothing before this message, so there is nothing left to wait for.
      this.delivered = next.seq - 1;
      this.deliverInOrder(next);
    }
    await this.readMissing(this.lastKnownSeq);
  }

  private async readMissing(upTo: number): Promise<void> {
    while (this.delivered !== null && this.channelId !== null && this.delivered < upTo) {
      const page = await this.store.readMessagesAfter(
        this.channelId,
        this.delivered,
        fillPageSize,
        limits.pageBytes,
      );
      const missing = page.filter(({ seq }) => seq <= upTo);
      if (missing.length === 0) return;
      for (const message of missing) {
        if (this.delivered === null || message.seq <= this.delivered) continue;
        this.delivered = message.seq;
        this.deliver(messageDelivery(message));
      }
    }
  }
}

export const messageDelivery = (message: Message): Delivery => ({
  seq: message.seq,
  at: toIso(message.createdAt),
  body: { type: "message", message: toMessageInfo(message) },
});
