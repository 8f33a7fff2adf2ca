import { type Clock, StoreUnavailableError } from "@adjourn/sessions";
import { isPassing, isUnreachable, translate } from "./failures.js";
import type { Parameters } from "./named-parameters.js";
import { defaultConnections, openPool, type Pool, type PoolSettings } from "./pool.js";
import { type Queryable, type QueryableTransaction, queryable } from "./queryable.js";
import { Turns } from "./turns.js";

type Work<Result> = (pool: Pool) => Promise<Result>;

export interface PostgresSettings extends PoolSettings {
  readonly clock: Clock;
  /** How long a call may take before it fails, waiting for a connection included; 5,000 by default. */
  readonly deadlineMs?: number | undefined;
}

const defaultDeadlineMs = 5_000;
/** Calls that may be under way or wait for a connection; more are refused at once. */
const maxCalls = 2_000;
const maxAttempts = 4;
/** How long a call may take while the database is believed to be out of reach. */
const probeMs = 1_000;

/**
 * The pool, of which each call has one connection at a time: a slow one holds up nobody who finds another free. A call
 * that the server does not answer in time fails, and its pool is replaced by a new one, since a connection that was cut
 * in silence would hold up whoever gets it next.
 * @throws StoreUnavailableError from every call
 */
export class PostgresDatabase implements Queryable {
  private pool: Pool;
  private readonly turns: Turns;
  private calls = 0;
  private closed = false;
  private unreachable = false;
  /** Whether the database can be reached again, as the call that finds out will tell. */
  private probe: Promise<boolean> | null = null;

  constructor(private readonly settings: PostgresSettings) {
    this.pool = openPool(settings);
    this.turns = new Turns(settings.maxConnections ?? defaultConnections);
  }

  all<Row>(sql: string, parameters?: Parameters): Promise<Row[]> {
    return this.call((pool) => queryable(pool).all<Row>(sql, parameters));
  }

  get<Row>(sql: string, parameters?: Parameters): Promise<Row | undefined> {
    return this.call((pool) => queryable(pool).get<Row>(sql, parameters));
  }

  /**
   * What `work` throws rolls it back; a deadlock does it over. Work whose length depends on how much there is may take
   * `patienceMs`, for all of it and for each of its statements.
   */
  transaction<Result>(
    work: (transaction: QueryableTransaction) => Promise<Result>,
    patienceMs?: number,
  ): Promise<Result> {
    return this.call(async (pool) => {
      // The driver's own type unwraps arrays of promises, which no work here returns.
      let result: { readonly value: Result } | undefined;
      await pool.begin(async (sql) => {
        const script = async (text: string): Promise<void> => void (await sql.unsafe(text));
        if (patienceMs !== undefined) await script(`SET LOCAL statement_timeout = ${patienceMs}`);
        result = { value: await work({ ...queryable(sql), script }) };
      });
      if (!result) throw new Error("The transaction had no result");
      return result.value;
    }, patienceMs);
  }

  async close(): Promise<void> {
    this.closed = true;
    // A connection that was being opened in vain would hold this up for as long as it may.
    await this.pool.end({ timeout: 1 });
  }

  private async call<Result>(work: Work<Result>, patienceMs?: number): Promise<Result> {
    for (let attempt = 1; ; attempt++) {
      try {
        return await this.callOnce(work, patienceMs ?? this.settings.deadlineMs ?? defaultDeadlineMs);
      } catch (error) {
        if (attempt < maxAttempts && isPassing(error)) continue;
        throw translate(error);
      }
    }
  }

  /** Once the database was out of reach one call at a time finds out whether it still is; the others wait for that. */
  private async callOnce<Result>(work: Work<Result>, deadlineMs: number): Promise<Result> {
    if (this.closed) throw new StoreUnavailableError("The store is closed");
    if (this.calls >= maxCalls) throw new StoreUnavailableError("Too many calls wait for the database");
    this.calls++;
    try {
      if (this.unreachable) {
        if (!this.probe) return await this.callAsProbe(work);
        if (!(await this.probe)) throw outOfReach();
      }
      return await this.callInTime((pool) => {
        if (this.unreachable) throw outOfReach();
        return work(pool);
      }, deadlineMs);
    } finally {
      this.calls--;
    }
  }

  private async callAsProbe<Result>(work: Work<Result>): Promise<Result> {
    const call = this.callInTime(work, probeMs);
    this.probe = call.then(
      () => true,
      () => !this.unreachable,
    );
    try {
      return await call;
    } finally {
      this.probe = null;
    }
  }

  private async callInTime<Result>(work: Work<Result>, deadlineMs: number): Promise<Result> {
    const { clock } = this.settings;
    const turn = this.turns.take();
    let begun: { readonly at: number; readonly pool: Pool } | undefined;
    const begin = async (): Promise<Result> => {
      await turn.come;
      begun = { at: clock.now(), pool: this.pool };
      return await work(begun.pool);
    };
    let stopWaiting = (): void => {};
    const tooLate = new Promise<never>((_, reject) => {
      const timer = clock.setTimeout(() => {
        // Who has waited for others most of the time can't tell a server that is silent from one that is busy.
        if (begun && clock.now() - begun.at >= deadlineMs / 2) {
          this.unreachable = true;
          this.replace(begun.pool);
        }
        if (!begun) turn.leave();
        reject(new StoreUnavailableError("The database did not answer in time"));
      }, deadlineMs);
      stopWaiting = () => timer.cancel();
    });
    try {
      const result = await Promise.race([begin().finally(() => turn.leave()), tooLate]);
      this.unreachable = false;
      return result;
    } catch (error) {
      // What the server refused it has at least answered.
      if (!(error instanceof StoreUnavailableError)) this.unreachable = isUnreachable(error);
      throw error;
    } finally {
      stopWaiting();
    }
  }

  private replace(pool: Pool): void {
    if (this.closed || pool !== this.pool) return;
    this.pool = openPool(this.settings);
    void pool.end({ timeout: 0 });
  }
}

const outOfReach = (): StoreUnavailableError => new StoreUnavailableError("The database can't be reached");
