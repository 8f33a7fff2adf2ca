import { createFakeClock, type FakeClock } from "@adjourn/testkit";
import postgres from "postgres";

const url = process.env.TEST_POSTGRES_URL ?? "postgres://postgres@127.0.0.1:5432/test";

/** The address of a Postgres for tests, null if none answers. With `CI` set its absence is an error. */
export const findPostgres = async (): Promise<string | null> => {
  const sql = postgres(url, { max: 1, connect_timeout: 3 });
  try {
    await sql`SELECT 1`;
    return url;
  } catch (error) {
    const why = `No Postgres at ${url.replace(/:[^:@/]*@/, ":…@")}: ${String(error)}`;
    if (process.env.TEST_POSTGRES_URL !== undefined || process.env.CI) throw new Error(why);
    console.warn(`SKIPPED: the Postgres store is not tested. ${why}`);
    return null;
  } finally {
    await sql.end({ timeout: 1 });
  }
};

export interface TestSchema extends AsyncDisposable {
  readonly name: string;
  readonly sql: postgres.Sql;
  readonly clock: FakeClock;
  /** Replaces the database's clock with one that stands still. Call it after the tables were created. */
  stopClock(): Promise<void>;
  advance(ms: number): Promise<void>;
  /** Deletes all rows. A TRUNCATE of so few rows takes longer. */
  empty(): Promise<void>;
}

/** A schema of its own, dropped at the end. */
export const createTestSchema = async (address: string): Promise<TestSchema> => {
  const name = `adjourn_test_${crypto.randomUUID().replaceAll("-", "")}`;
  const sql = postgres(address, { max: 2, onnotice: () => {}, connection: { search_path: name } });
  const clock = createFakeClock();
  await sql.unsafe(`CREATE SCHEMA ${name}`);
  return {
    name,
    sql,
    clock,
    async stopClock() {
      await sql.unsafe(`
        CREATE TABLE test_clock AS SELECT ${clock.now()}::bigint AS now;
        CREATE OR REPLACE FUNCTION adjourn_now() RETURNS bigint LANGUAGE sql VOLATILE
          AS 'SELECT now FROM ${name}.test_clock'`);
    },
    async advance(ms) {
      await clock.advance(ms);
      await sql.unsafe(`UPDATE test_clock SET now = ${clock.now()}`);
    },
    async empty() {
      const tables = [
        "sessions",
        "endings",
        "channels",
        "idempotency_keys",
        "replies",
        "secrets",
        "search_queue",
      ];
      await sql.unsafe(tables.map((table) => `DELETE FROM ${table};`).join(" "));
    },
    async [Symbol.asyncDispose]() {
      await sql.unsafe(`DROP SCHEMA ${name} CASCADE`);
      await sql.end({ timeout: 5 });
    },
  };
};
