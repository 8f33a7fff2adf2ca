import { performance } from "node:perf_hooks";
import { StoreUnavailableError } from "@adjourn/sessions";
import { isStorageFailure, type SqliteConnection, storeUnavailable } from "./connection.js";

interface Write {
  readonly work: () => unknown;
  readonly resolve: (result: unknown) => void;
  readonly reject: (error: unknown) => void;
}

type Settle = () => void;

/** How long one transaction may hold up the event loop before the rest waits for the next turn. */
const defaultBudgetMs = 20;

/**
 * Commits all writes of one turn of the event loop together: one wait for the disk for all of them. Each stands or
 * falls alone, behind a savepoint; all learn their result after the commit, in the order in which they came.
 */
export class WriteQueue {
  private waiting: Write[] = [];
  private scheduled = false;
  private closed = false;

  constructor(
    private readonly connection: SqliteConnection,
    private readonly budgetMs: number = defaultBudgetMs,
  ) {}

  /**
   * Runs `work` within the next transaction; what it throws undoes its own writes alone.
   * @throws StoreUnavailableError where the transaction could not be committed
   */
  run<Result>(work: () => Result): Promise<Result> {
    if (this.closed) return Promise.reject(new StoreUnavailableError("The store is closed"));
    return new Promise<Result>((resolve, reject) => {
      this.waiting.push({ work, resolve: (result) => resolve(result as Result), reject });
      this.schedule();
    });
  }

  /** Commits what is waiting and takes nothing more. */
  close(): void {
    this.closed = true;
    while (this.waiting.length > 0) this.commitBatch();
  }

  private schedule(): void {
    if (this.scheduled) return;
    this.scheduled = true;
    setImmediate(() => {
      this.scheduled = false;
      if (this.waiting.length > 0) this.commitBatch();
      if (this.waiting.length > 0) this.schedule();
    });
  }

  private commitBatch(): void {
    const batch: Write[] = [];
    const settles: Settle[] = [];
    const deadline = performance.now() + this.budgetMs;
    try {
      if (this.connection.inTransaction) this.connection.exec("ROLLBACK");
      // Not prepared: a BEGIN that finds the file locked would stay in progress and be in the way of all others.
      this.connection.exec("BEGIN IMMEDIATE");
      do {
        const write = this.waiting.shift();
        if (!write) break;
        batch.push(write);
        settles.push(this.runAlone(write));
      } while (performance.now() < deadline);
      this.connection.exec("COMMIT");
    } catch (error) {
      this.rollBack();
      // Nothing began: what waited first must not wait for ever.
      if (batch.length === 0) batch.push(...this.waiting.splice(0));
      const failure = storeUnavailable(error);
      for (const { reject } of batch) reject(failure);
      return;
    }
    for (const settle of settles) settle();
  }

  /** @throws what makes the whole transaction fail */
  private runAlone({ work, resolve, reject }: Write): Settle {
    this.connection.run("SAVEPOINT one_write");
    try {
      const result = work();
      this.connection.run("RELEASE one_write");
      return () => resolve(result);
    } catch (error) {
      if (isStorageFailure(error) || !this.connection.inTransaction) throw error;
      this.connection.run("ROLLBACK TO one_write");
      this.connection.run("RELEASE one_write");
      return () => reject(error);
    }
  }

  private rollBack(): void {
    try {
      if (this.connection.inTransaction) this.connection.exec("ROLLBACK");
    } catch {
      // The next batch tries again; until it succeeds nothing is accepted.
    }
  }
}
