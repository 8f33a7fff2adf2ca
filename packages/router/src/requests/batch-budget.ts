import { limits, SessionError } from "@adjourn/sessions";

/** Limit for all answers of one batch together, in bytes of JSON (contract §2). */
export const maxBatchBytes = 4 * 1_024 * 1_024;
/** Bytes that tRPC writes around an answer. */
const envelopeBytes = 64;

type CallResult = { readonly ok: boolean; readonly data?: unknown };

/**
 * Limits the answers of a batch together. Only as many queries run at once as the limit allows for their largest answers,
 * so that no refused answer was held in memory. A mutation is refused before it runs; once it has run, it is answered.
 */
export class BatchBudget {
  private left = maxBatchBytes;
  private running = 0;
  private readonly waiting: (() => void)[] = [];

  async run<Result extends CallResult>(type: string, call: () => Promise<Result>): Promise<Result> {
    const isQuery = type === "query";
    if (isQuery) await this.turn();
    try {
      if (this.left <= 0) throw tooLarge();
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
    if (this.left < 0 && mayRefuse) throw tooLarge();
  }

  private async turn(): Promise<void> {
    while (this.running > 0 && (this.running + 1) * limits.pageBytes > this.left)
      await new Promise<void>((resolve) => this.waiting.push(resolve));
    this.running += 1;
  }

  private passOn(): void {
    this.running -= 1;
    for (const wake of this.waiting.splice(0)) wake();
  }
}

const tooLarge = (): SessionError =>
  new SessionError("PAYLOAD_TOO_LARGE", `The answers of this batch are larger than ${maxBatchBytes} bytes`, {
    maxBytes: maxBatchBytes,
  });
