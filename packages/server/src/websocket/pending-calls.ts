import { maxBatchBytes } from "@adjourn/router";
import { maxWaitingBytes, SessionError } from "@adjourn/sessions";
import type { WebSocket } from "ws";
import { maxQueriesUnderWay } from "../limits.js";
import { type Entry, isAnswerable } from "./trpc-entry.js";
import { refusalText } from "./trpc-refusal.js";

interface Dependencies {
  readonly socket: WebSocket;
  /** Resolves once the peer has taken what waits, or is gone. */
  readonly drained: () => Promise<void>;
  /** Called after each write. */
  readonly wrote: () => void;
}

/** The calls of a socket that wait for their answers, with the size of the answers. A peer gets no more than it takes. */
export class PendingCalls {
  private readonly open = new Map<string | number, Entry[]>();
  private queries = 0;
  private delivering: Entry | null = null;
  private wake: () => void = () => {};

  constructor(private readonly dependencies: Dependencies) {
    dependencies.socket.once("close", () => this.wake());
  }

  /** A promise that a call must wait for before it may begin; null if it may begin now. */
  obstacleTo({ method }: Entry): Promise<void> | null {
    if (this.dependencies.socket.bufferedAmount > maxWaitingBytes) return this.dependencies.drained();
    if (method !== "query" || this.queries < maxQueriesUnderWay) return null;
    return new Promise((resolve) => {
      this.wake = resolve;
    });
  }

  /** A call whose batch has reached its limit is not run. */
  refusalOf({ batch }: Entry): SessionError | null {
    return batch && batch.answeredBytes > maxBatchBytes ? tooMuch() : null;
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
  refuse(entry: Entry, refusal: Error): void {
    this.dependencies.socket.send(refusalText(entry, refusal));
    this.dependencies.wrote();
  }

  /** Writes tRPC's answer, or an error if the answers of its batch exceed the limit. */
  readonly encode = (answer: unknown): string => {
    const text = JSON.stringify(answer);
    const entry = this.answered(idOf(answer));
    this.dependencies.wrote();
    if (!entry?.batch) return text;
    entry.batch.answeredBytes += Buffer.byteLength(text);
    return entry.batch.answeredBytes > maxBatchBytes ? refusalText(entry, tooMuch()) : text;
  };

  private note(id: string | number, entry: Entry): void {
    this.open.set(id, [...(this.open.get(id) ?? []), entry]);
    if (entry.method === "query") this.queries += 1;
  }

  /** An answer without an id belongs to the last message, which tRPC could not parse. */
  private answered(id: unknown): Entry | undefined {
    const key = id === null ? this.delivering?.id : id;
    if (!isAnswerable(key)) return undefined;
    const [entry, ...others] = this.open.get(key) ?? [];
    if (!entry) return undefined;
    if (others.length > 0) this.open.set(key, others);
    else this.open.delete(key);
    if (entry.method === "query") {
      this.queries -= 1;
      this.wake();
    }
    return entry;
  }
}

const idOf = (answer: unknown): unknown =>
  typeof answer === "object" && answer !== null && "id" in answer ? answer.id : undefined;

const tooMuch = (): SessionError =>
  new SessionError(
    "PAYLOAD_TOO_LARGE",
    "The answers of this batch are too large together; ask for fewer at once",
    {
      maxBytes: maxBatchBytes,
    },
  );
