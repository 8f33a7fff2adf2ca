import { maxBatchBytes } from "@adjourn/router";
import { maxWaitingBytes, SessionError } from "@adjourn/sessions";
import type { WebSocket } from "ws";
import { maxQueriesUnderWay } from "../limits.js";
import { type Entry, isAnswerable } from "./trpc-entry.js";
import { refusalText } from "./trpc-refusal.js";

interface Dependencies {
  readonly socket: WebSocket;
  /** Resolves once the peer has taken what waits, or has gone. */
  readonly drained: () => Promise<void>;
  /** Told after each write. */
  readonly wrote: () => void;
}

/** The calls of a socket that wait for their answers, and what these weigh: so that nobody asks for more than they take. */
export class PendingCalls {
  private readonly open = new Map<string | number, Entry[]>();
  private queries = 0;
  private delivering: Entry | null = null;
  private wake: () => void = () => {};

  constructor(private readonly dependencies: Dependencies) {
    dependencies.socket.once("close", () => this.wake());
  }

  /** What a call has to wait for before it may begin; null where there is nothing. */
  obstacleTo({ method }: Entry): Promise<void> | null {
    if (this.dependencies.socket.bufferedAmount > maxWaitingBytes) return this.dependencies.drained();
    if (method !== "query" || this.queries < maxQueriesUnderWay) return null;
    return new Promise((resolve) => {
      this.wake = resolve;
    });
  }

  /** A call whose batch has had all that it may have is not worth doing. */
  refusalOf({ batch }: Entry): SessionError | null {
    return batch && batch.answeredBytes > maxBatchBytes ? tooMuch() : null;
  }

  /** Hands a call over, and notes what its answer will be for. */
  begin(entry: Entry, deliver: () => void): void {
    if (isAnswerable(entry.id) && (entry.method === "query" || entry.method === "mutation"))
      this.note(entry.id, entry);
    this.delivering = entry;
    deliver();
    this.delivering = null;
  }

  /** Answers a call that is not begun; what is refused may be left unread like any other answer. */
  refuse(entry: Entry, refusal: Error): void {
    this.dependencies.socket.send(refusalText(entry, refusal));
    this.dependencies.wrote();
  }

  /** Writes what tRPC answers, or that it is too much together with the other answers of its batch. */
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

  /** One without an id is for what was handed over just now, whose form tRPC could make nothing of. */
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
