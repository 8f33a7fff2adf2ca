import { type Message, toMessageInfo } from "../model/message.js";
import { toIso } from "../model/session.js";
import type { SessionEventBody } from "../model/session-event.js";
import type { Ports } from "../ports/index.js";

/** Something to deliver; messages carry their seq, so that order and once-only don't depend on how they came. */
export interface Delivery {
  readonly seq: number | null;
  readonly at: string;
  readonly body: SessionEventBody;
}

const fillPageSize = 100;

/** Passes on what comes of one session, its messages by their seq and each once; a gap is filled from the store first. */
export class Sequencer {
  /** The seq of the last message passed on; null while nobody listens. */
  private delivered: number | null = null;
  /** The highest seq that is known to be this session's: what its channel has beyond it may be its successor's. */
  private lastKnownSeq = 0;
  /** Deliveries that wait for a gap before them to be filled. */
  private waiting: Delivery[] = [];
  private filling: Promise<void> | null = null;
  /** Whether there was something to fill since the fill under way began; it may have read too early for that. */
  private isRefillNeeded = false;
  private channelId: string | null = null;

  constructor(
    private readonly store: Pick<Ports["store"], "readMessagesAfter">,
    private readonly deliver: (delivery: Delivery) => void,
    private readonly onFailure: (cause: unknown) => void,
  ) {}

  /** The seq of the last message passed on, 0 before the first. */
  get cursor(): number {
    return this.delivered ?? 0;
  }

  /** Somebody listens who knows the messages up to `seq`. */
  begin(channelId: string, seq: number): void {
    this.channelId = channelId;
    this.delivered ??= seq;
    this.catchUpTo(seq);
  }

  /** Nobody subscribes any more: what waits is dropped, since who comes later missed what came in between. */
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

  /** Passes on what is missing up to a message that the store has. */
  catchUpTo(seq: number): void {
    this.lastKnownSeq = Math.max(this.lastKnownSeq, seq);
    if (this.delivered !== null && seq > this.delivered) this.fill();
  }

  /** The same; resolves when it is done, or could not be. */
  async deliverUpTo(seq: number): Promise<void> {
    this.catchUpTo(seq);
    while (this.filling) await this.filling;
  }

  /** False where a message before this one is missing. */
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
        // Messages are not lost: the next one, or the next look at the store, shows the gap again. What need not
        // wait for it does not.
        for (const delivery of this.waiting.splice(0)) this.deliverInOrder(delivery);
        this.onFailure(cause);
      })
      .finally(() => {
        this.filling = null;
        if (this.waiting.length > 0 || this.isRefillNeeded) this.fill();
      });
  }

  /** What waits goes on in the order it came: of what is in the store too, only a gap before a message goes ahead of it. */
  private async fillFromStore(): Promise<void> {
    for (let next = this.waiting.shift(); next; next = this.waiting.shift()) {
      if (this.deliverInOrder(next) || next.seq === null) continue;
      await this.readMissing(next.seq - 1);
      // Paused meanwhile: those for whom it waited are gone.
      if (this.delivered === null || this.deliverInOrder(next)) continue;
      // What the store does not have before it is not there to wait for.
      this.delivered = next.seq - 1;
      this.deliverInOrder(next);
    }
    await this.readMissing(this.lastKnownSeq);
  }

  private async readMissing(upTo: number): Promise<void> {
    while (this.delivered !== null && this.channelId !== null && this.delivered < upTo) {
      const page = await this.store.readMessagesAfter(this.channelId, this.delivered, fillPageSize);
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
