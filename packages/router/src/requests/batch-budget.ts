import type { Duplex } from "node:stream";
import { limits, SessionError } from "@adjourn/sessions";
import { BatchSlots } from "./batch-slots.js";

/** Limit for all answers of one batch together, in bytes of JSON (contract §2). */
export const maxBatchBytes = 4 * 1_024 * 1_024;
/** Bytes that tRPC writes around an answer. */
const envelopeBytes = 64;

/** Of all servers of this process, which share its memory. */
const slots = new BatchSlots();

type CallResult = { readonly ok: boolean; readonly data?: unknown };

/**
 * Limits the answers of a batch together. Only as many queries run at once as the limit allows for their largest answers,
 * so that no refused answer was held in memory. A mutation is refused before it runs; once it has run, it is answered.
 * Queries wait for one of the slots that all batches share, and have it until their answers are complete.
 */
export class BatchBudget {
  private left = maxBatchBytes;
  /** Queries that run or wait. */
  private calls = 0;
  private running = 0;
  private readonly waiting: (() => void)[] = [];
  private slot: Promise<void> | null = null;

  constructor(private readonly connection: Pick<Duplex, "destroyed">) {}

  async run<Result extends CallResult>(type: string, call: () => Promise<Result>): Promise<Result> {
    const isQuery = type === "query";
    if (isQuery) await this.turn();
    try {
      if (this.left <= 0) throw answersTooLarge();
      if (isQuery && this.connection.destroyed) throw closed();
      const result = await call();
      if (result.ok) this.take(result.data, isQuery);
      return result;
    } finally {
      if (isQuery) this.passOn();
    }
  }

  private take(data: unknown, mayRefuse: boolean): void {
    const bytes = Buffer.byteLength(JSON.stringify(data) ?? "") + envelopeBytes;
    this.left -= bytes;
    if (this.left < 0 && mayRefuse) throw answersTooLarge();
  }

  private async turn(): Promise<void> {
    this.calls += 1;
    this.slot ??= slots.take(this.connection);
    await this.slot;
    while (this.running > 0 && (this.running + 1) * limits.pageBytes > this.left)
      await new Promise<void>((resolve) => this.waiting.push(resolve));
    this.running += 1;
  }

  private passOn(): void {
    this.running -= 1;
    this.calls -= 1;
    // The answer is written in the microtasks that follow.
    if (this.calls === 0) setImmediate(() => this.giveSlot());
    for (const wake of this.waiting.splice(0)) wake();
  }

  private giveSlot(): void {
    if (this.calls > 0 || this.slot === null) return;
    this.slot = null;
    slots.give();
  }
}

/**
 * Nobody receives it; traces show its code. No code means that the caller has left, and one with a 5xx status would be
 * logged as a failure of the server.
 */
const closed = (): SessionError => new SessionError("RATE_LIMITED", "The connection is closed");

const answersTooLarge = (): SessionError =>
  new SessionError("PAYLOAD_TOO_LARGE", `The answers of this batch are larger than ${maxBatchBytes} bytes`, {
    maxBytes: maxBatchBytes,
  });
