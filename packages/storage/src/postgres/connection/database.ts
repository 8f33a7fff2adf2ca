import { StoreUnavailableError, type WebhookWatch } from "@adjourn/sessions";
import { PostgresOutbox } from "../tables/webhook-outbox.js";
import { unknownParameter } from "./address.js";
import type { PostgresConnection } from "./connection.js";
import { isLockTimeout, isTransient, isUnreachable, translate, UnfitConnectionError } from "./failures.js";
import { type LocalSettings, longLockTimeoutMs } from "./local-settings.js";
import { type Parameters, withPositions } from "./named-parameters.js";
import { ConnectionPool, defaultConnections, type PoolSettings } from "./pool.js";
import { type Queryable, type QueryableTransaction, transactionOn } from "./queryable.js";
import { type Permit, Semaphore } from "./semaphore.js";

/** `locks` are the settings of a call that waits for a lock; undefined for one that has not met a lock. */
type Work<Result> = (connection: PostgresConnection, locks?: Partial<LocalSettings>) => Promise<Result>;

export interface PostgresSettings extends PoolSettings {
  /** How long a call may wait for a connection, and then for the server; 5,000 each by default. */
  readonly deadlineMs?: number | undefined;
  /** The events that webhook endpoints watch. */
  readonly webhooks?: readonly WebhookWatch[] | undefined;
}

const defaultDeadlineMs = 5_000;
/** Calls in progress or waiting for a connection; further ones are refused at once. */
const maxCalls = 2_000;
const maxAttempts = 4;
/** The part of the connections that may wait long for locks, so that the others serve calls that meet none. */
const waitingForLocks = 0.3;
const waitsForLock = { lockTimeoutMs: longLockTimeoutMs } as const;
/** Time limit of a probe while the server is considered unreachable. */
const probeMs = 2_000;

/**
 * Each call uses one connection exclusively. A call that waits too long for one fails alone. If the server does not answer
 * a call in time, the call fails and its connection is closed; if the server answered no other call meanwhile either, it
 * is considered unreachable. Then one probe at a time checks it again, and all other calls wait for the result. A call that
 * does not get a lock in a short time is repeated with a longer one, when one of the few places for it is free.
 * @throws StoreUnavailableError from every call
 */
export class PostgresDatabase implements Queryable {
  readonly outbox: PostgresOutbox | undefined;
  /** Why the address can't be used; null if it can. */
  private readonly problem: string | null;
  private readonly pool: ConnectionPool;
  private readonly connections: Semaphore;
  private readonly lockWaits: Semaphore;
  private calls = 0;
  private closed = false;
  private unreachable = false;
  /** Whether the database can be reached again. */
  private probe: Promise<boolean> | null = null;

  constructor(private readonly settings: PostgresSettings) {
    this.problem = unknownParameter(settings.url);
    this.pool = new ConnectionPool(settings);
    this.outbox = settings.webhooks?.length ? new PostgresOutbox(settings.webhooks) : undefined;
    const connections = settings.maxConnections ?? defaultConnections;
    this.connections = new Semaphore(connections);
    this.lockWaits = new Semaphore(Math.max(1, Math.floor(connections * waitingForLocks)));
  }

  async all<Row>(sql: string, parameters: Parameters = {}): Promise<Row[]> {
    const statement = withPositions(sql, parameters);
    const result = await this.call((connection, locks) =>
      locks ? connection.transaction(() => connection.query(statement), locks) : connection.run(statement),
    );
    return result.rows;
  }

  async get<Row>(sql: string, parameters?: Parameters): Promise<Row | undefined> {
    return (await this.all<Row>(sql, parameters))[0];
  }

  /**
   * Rolls back if `work` throws, and retries after a deadlock. Work whose duration depends on the amount of data may
   * pass `timeoutMs`, for the whole transaction and for each of its statements.
   */
  transaction<Result>(
    work: (transaction: QueryableTransaction) => Promise<Result>,
    timeoutMs?: number,
  ): Promise<Result> {
    return this.call(
      (connection, locks) =>
        connection.transaction(() => work(transactionOn(connection, this.outbox)), {
          ...(timeoutMs === undefined ? {} : { statementTimeoutMs: timeoutMs }),
          ...locks,
        }),
      timeoutMs,
    );
  }

  async close(): Promise<void> {
    this.closed = true;
    this.pool.closeIdle();
  }

  private get deadlineMs(): number {
    return this.settings.deadlineMs ?? defaultDeadlineMs;
  }

  private async call<Result>(work: Work<Result>, timeoutMs = this.deadlineMs): Promise<Result> {
    if (this.problem !== null) throw translate(new UnfitConnectionError(this.problem));
    let locks: Partial<LocalSettings> | undefined;
    for (let attempt = 1; ; attempt++) {
      try {
        return await this.callOnce(work, timeoutMs, locks);
      } catch (error) {
        if (attempt < maxAttempts && isTransient(error)) continue;
        if (!locks && isLockTimeout(error)) {
          locks = waitsForLock;
          continue;
        }
        throw translate(error);
      }
    }
  }

  private async callOnce<Result>(
    work: Work<Result>,
    timeoutMs: number,
    locks?: Partial<LocalSettings>,
  ): Promise<Result> {
    if (this.closed) throw new StoreUnavailableError("The store is closed");
    if (this.calls >= maxCalls) throw new StoreUnavailableError("Too many calls wait for the database");
    this.calls++;
    const lockWait = locks && this.lockWaits.take();
    let permit: Permit | undefined;
    try {
      await this.reach();
      if (lockWait) await this.granted(lockWait, "The call's rows were locked for too long");
      permit = this.connections.take();
      await this.granted(permit, "No connection to the database was free in time");
      await this.reach();
      return await this.runWithin(timeoutMs, (connection) => work(connection, locks));
    } finally {
      permit?.release();
      lockWait?.release();
      this.calls--;
    }
  }

  private granted(permit: Permit, elseWhy: string): Promise<void> {
    return this.within(this.deadlineMs, permit.granted, () => new StoreUnavailableError(elseWhy));
  }

  /** @throws StoreUnavailableError where the database is out of reach and a probe finds that it still is */
  private async reach(): Promise<void> {
    if (!this.unreachable) return;
    this.probe ??= this.runWithin(probeMs, (connection) => connection.script("SELECT 1"))
      .then(
        () => true,
        () => !this.unreachable,
      )
      .finally(() => {
        this.probe = null;
      });
    if (!(await this.probe)) throw new StoreUnavailableError("The database can't be reached");
  }

  private async runWithin<Result>(deadlineMs: number, work: Work<Result>): Promise<Result> {
    if (this.closed) throw new StoreUnavailableError("The store is closed");
    const connection = this.pool.take();
    const answersBefore = this.pool.answers;
    let isOpen = false;
    const workOnceOpen = async (): Promise<Result> => {
      await connection.open();
      isOpen = true;
      return work(connection);
    };
    try {
      const result = await this.within(deadlineMs, workOnceOpen(), () => {
        connection.destroy();
        if (this.pool.answers === answersBefore) this.fallSilent();
        return new StoreUnavailableError("The database did not answer in time");
      });
      this.unreachable = false;
      return result;
    } catch (error) {
      // An error from the server is an answer, so the server can be reached.
      // The loss of an open connection says nothing about others: the next attempt to open one shows whether it can be.
      if (isUnreachable(error)) this.unreachable ||= !isOpen;
      else if (!(error instanceof StoreUnavailableError)) this.unreachable = false;
      throw error;
    } finally {
      if (this.closed) connection.close();
      else this.pool.give(connection);
    }
  }

  /** Idle connections may be dead too. Connections in use are closed by their own calls' deadlines. */
  private fallSilent(): void {
    this.unreachable = true;
    this.pool.closeIdle();
  }

  private async within<Result>(
    deadlineMs: number,
    result: Promise<Result>,
    tooLate: () => StoreUnavailableError,
  ): Promise<Result> {
    let stopWaiting = (): void => {};
    const late = new Promise<never>((_, reject) => {
      const timer = this.settings.clock.setTimeout(() => reject(tooLate()), deadlineMs);
      stopWaiting = () => timer.cancel();
    });
    try {
      return await Promise.race([result, late]);
    } finally {
      stopWaiting();
    }
  }
}
