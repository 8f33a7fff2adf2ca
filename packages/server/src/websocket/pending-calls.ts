import { type Context, maxBatchBytes } from "@adjourn/router";
import { maxWaitingBytes, SessionError } from "@adjourn/sessions";
import { maxQueriesUnderWay } from "../limits.js";
import type { ServerSocket } from "./server-socket.js";
import { type Entry, isAnswerable } from "./trpc-entry.js";
import { refusalText } from "./trpc-refusal.js";

/** The calls of a socket that wait for their answers, with the size of the answers. A peer gets no more than it takes. */
export class PendingCalls {
  private open: Map<string | number, Entry[]> | null = null;
  private queries = 0;
  private delivering: Entry | null = null;
  private wake: (() => void) | null = null;

  constructor(private readonly socket: ServerSocket) {}

  /** Called when the socket is closed. */
  stop(): void {
    this.wake?.();
  }

  /** A promise that a call must wait for before it may begin; null if it may begin now. */
  obstacleTo({ method }: Entry): Promise<void> | null {
    if (this.socket.bufferedAmount > maxWaitingBytes) return this.socket.drained();
    if (method !== "query" || this.queries < maxQueriesUnderWay) return null;
    return new Promise((resolve) => {
      this.wake = resolve;
    });
  }

  /** A call whose batch has reached its limit is not run. */
  refusalOf({ batch }: Entry): SessionError | null {
    return batch && batch.answeredBytes > maxBatchBytes ? answersTooLarge() : null;
  }

  /** Passes a call to tRPC and registers it for its answer. */
  begin(entry: Entry, deliver: () => void): void {
    if (isAnswerable(entry.id) && (entry.method === "query" || entry.method === "mutation"))
      this.note(entry.id, entry);
    this.delivering = entry;
    deliver();
    this.delivering = null;
  }

  /** Answers a call without running it. */
  refuse(entry: Entry, refusal: Error, context?: Context): void {
    if (this.socket.readyState !== this.socket.OPEN) return;
    this.socket.send(refusalText(entry, refusal, context));
    this.socket.checkUnread();
  }

  /** Writes tRPC's answer, or an error if the answers of its batch exceed the limit. */
  encode(answer: unknown): string {
    const text = JSON.stringify(answer);
    const entry = this.answered(idOf(answer));
    this.socket.checkUnread();
    if (!entry?.batch) return text;
    entry.batch.answeredBytes += Buffer.byteLength(text);
    return entry.batch.answeredBytes > maxBatchBytes ? refusalText(entry, answersTooLarge()) : text;
  }

  private note(id: string | number, entry: Entry): void {
    this.open ??= new Map();
    this.open.set(id, [...(this.open.get(id) ?? []), entry]);
    if (entry.method === "query") this.queries += 1;
  }

  /** An answer without an id belongs to the last message, which tRPC could not parse. */
  private answered(id: unknown): Entry | undefined {
    const key = id === null ? this.delivering?.id : id;
    if (!isAnswerable(key)) return undefined;
    const [entry, ...others] = this.open?.get(key) ?? [];
    if (!entry || !this.open) return undefined;
    if (others.length > 0) this.open.set(key, others);
    else this.open.delete(key);
    if (entry.method === "query") {
      this.queries -= 1;
      this.wake?.();
    }
    return entry;
  }
}

const idOf = (answer: unknown): unknown =>
  typeof answer === "object" && answer !== null && "id" in answer ? answer.id : undefined;

const answersTooLarge = (): SessionError =>
  new SessionError(
    "PAYLOAD_TOO_LARGE",
    "The answers of this batch are too large together; ask for fewer at once",
    {
      maxBytes: maxBatchBytes,
    },
  );
