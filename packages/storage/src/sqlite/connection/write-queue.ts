import { performance } from "node:perf_hooks";
import { type Clock, StoreUnavailableError } from "@adjourn/sessions";
import { isBusy, isStorageFailure, type SqliteConnection, storeUnavailable } from "./connection.js";

interface Write {
  readonly since: number;
  readonly work: () => unknown;
  readonly resolve: (result: unknown) => void;
  readonly reject: (error: unknown) => void;
}

type Settle = () => void;

export interface WriteQueueSettings {
  /** How long one transaction may block the event loop; further writes wait for the next turn; 20 by default. */
  readonly budgetMs?: number;
  /** How long a write waits for a file that another program has locked; 5,000 by default. */
  readonly deadlineMs?: number;
}

/** Delay before a locked file is retried. Nothing blocks meanwhile. */
const retryMs = 20;
/** Writes that may wait; more are refused at once. */
const maxWaiting = 20_000;
/** So many writes in one turn of the event loop are part of a burst, whose next ones join them, up to `fullBatch`. */
const burst = 8;
const fullBatch = 256;

/**
 * Commits all writes of one turn of the event loop in one transaction, with one disk sync; those of a burst also if they come
 * in several turns, since a server spreads the requests that it reads at once over turns. All resolve after the commit,
 * in their order. A write that fails is undone alone: the transaction is rolled back and runs again, with a savepoint for
 * each write. Failures are rare, and savepoints cost every write a copy of each page that it changes.
 */
export class WriteQueue {
  private waiting: Write[] = [];
  private scheduled = false;
  private closed = false;
  private failing = false;
  private readonly budgetMs: number;
  private readonly deadlineMs: number;

  constructor(
    private readonly connection: SqliteConnection,
    private readonly clock: Clock,
    { budgetMs = 20, deadlineMs = 5_000 }: WriteQueueSettings = {},
  ) {
    this.budgetMs = budgetMs;
    this.deadlineMs = deadlineMs;
  }

  /** Whether the last transaction could not be committed. */
  get isFailing(): boolean {
    return this.failing;
  }

  /**
   * Runs `work` within the next transaction. If it throws, only its own writes are undone. Where another write of the
   * transaction fails, it runs again, so it must not change anything but the database.
   * @throws StoreUnavailableError where the transaction could not be committed
   */
  run<Result>(work: () => Result): Promise<Result> {
    if (this.closed) return Promise.reject(new StoreUnavailableError("The store is closed"));
    if (this.waiting.length >= maxWaiting)
      return Promise.reject(new StoreUnavailableError("Too many writes wait for the database"));
    return new Promise<Result>((resolve, reject) => {
      const since = this.clock.now();
      this.waiting.push({ since, work, resolve: (result) => resolve(result as Result), reject });
      this.schedule();
    });
  }

  /** Commits what is waiting unless another program has locked the file, and accepts nothing more. */
  close(): void {
    this.closed = true;
    while (this.waiting.length > 0 && this.commitBatch());
    this.refuse(this.waiting.splice(0), new StoreUnavailableError("The store is closed"));
  }

  private schedule(): void {
    if (this.scheduled) return;
    this.scheduled = true;
    setImmediate(() => this.gather(0));
  }

  /** Waits as long as each turn adds many writes to the `before` of the one before it. */
  private gather(before: number): void {
    const { length } = this.waiting;
    if (length - before < burst || length >= fullBatch) this.flush();
    else setImmediate(() => this.gather(length));
  }

  private flush(): void {
    if (this.waiting.length === 0 || this.commitBatch()) {
      this.scheduled = false;
      if (this.waiting.length > 0) this.schedule();
    } else this.clock.setTimeout(() => this.flush(), retryMs);
  }

  /** @returns false where another program has locked the file; the writes keep waiting */
  private commitBatch(): boolean {
    const batch: Write[] = [];
    try {
      const settles = this.runTogether(batch) ?? this.runEachAlone(batch);
      this.connection.exec("COMMIT");
      this.failing = false;
      for (const settle of settles) settle();
      return true;
    } catch (error) {
      this.rollBack();
      return this.fail(batch, error);
    }
  }

  /**
   * Within a new transaction, like the next. Moves what it runs from `waiting` to `batch`.
   * @returns undefined where a write failed; then all of them wait again
   * @throws what makes the whole transaction fail
   */
  private runTogether(batch: Write[]): Settle[] | undefined {
    let hasFailed = false;
    const settles = this.runWithinBudget(batch, ({ work, resolve }) => {
      try {
        const result = work();
        return () => resolve(result);
      } catch (error) {
        this.throwIfFatal(error);
        hasFailed = true;
        return undefined;
      }
    });
    if (!hasFailed) return settles;
    this.connection.exec("ROLLBACK");
    this.waiting.unshift(...batch.splice(0));
    return undefined;
  }

  private runEachAlone(batch: Write[]): Settle[] {
    return this.runWithinBudget(batch, (write) => this.runAlone(write));
  }

  /** Runs writes until the budget is used or `run` returns undefined. */
  private runWithinBudget(batch: Write[], run: (write: Write) => Settle | undefined): Settle[] {
    const settles: Settle[] = [];
    const deadline = performance.now() + this.budgetMs;
    if (this.connection.inTransaction) this.connection.exec("ROLLBACK");
    // Not prepared: a prepared BEGIN that finds the file locked would stay in progress and block all others.
    this.connection.exec("BEGIN IMMEDIATE");
    do {
      const write = this.waiting.shift();
      if (!write) break;
      batch.push(write);
      const settle = run(write);
      if (!settle) break;
      settles.push(settle);
    } while (performance.now() < deadline);
    return settles;
  }

  private fail(batch: readonly Write[], error: unknown): boolean {
    const hasBegun = batch.length > 0;
    if (!hasBegun && isBusy(error)) {
      const tooOld = this.clock.now() - this.deadlineMs;
      const late = this.waiting.findIndex(({ since }) => since > tooOld);
      this.refuse(this.waiting.splice(0, late < 0 ? this.waiting.length : late), storeUnavailable(error));
      return this.waiting.length === 0;
    }
    this.failing = true;
    // No transaction began: the first writes must not wait for ever.
    this.refuse(hasBegun ? batch : this.waiting.splice(0), storeUnavailable(error));
    return true;
  }

  private refuse(writes: readonly Write[], failure: StoreUnavailableError): void {
    for (const { reject } of writes) reject(failure);
  }

  private runAlone({ work, resolve, reject }: Write): Settle {
    this.connection.run("SAVEPOINT one_write");
    try {
      const result = work();
      this.connection.run("RELEASE one_write");
      return () => resolve(result);
    } catch (error) {
      this.throwIfFatal(error);
      this.connection.run("ROLLBACK TO one_write");
      this.connection.run("RELEASE one_write");
      return () => reject(error);
    }
  }

  private throwIfFatal(error: unknown): void {
    if (isStorageFailure(error) || !this.connection.inTransaction) throw error;
  }

  private rollBack(): void {
    try {
      if (this.connection.inTransaction) this.connection.exec("ROLLBACK");
    } catch {
      // The next batch retries; until it succeeds, no write is accepted.
    }
  }
}
