import { StoreUnavailableError } from "@adjourn/sessions";
import { createFakeClock } from "@adjourn/sessions/testing";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { createTestSchema, findPostgres, type TestSchema } from "../../test/postgres.js";
import { PostgresDatabase } from "./database.js";

const url = await findPostgres();
const pidOf = "SELECT pg_backend_pid() AS pid";

describe.skipIf(url === null)("the pool of connections to a Postgres", () => {
  let schema: TestSchema;
  const clock = createFakeClock();
  const open = (maxConnections: number) =>
    new PostgresDatabase({ url: url ?? "", clock, schema: schema.name, maxConnections, deadlineMs: 5_000 });
  beforeEach(async () => {
    schema = await createTestSchema(url ?? "");
  });
  afterEach(() => schema[Symbol.asyncDispose]());

  test("a call that waits for a lock holds up no other that finds a connection free", async () => {
    const database = open(2);
    const lock = "SELECT pg_advisory_xact_lock(hashtext(:name))";
    // A driver that shares a connection does so with statements that it has prepared there.
    for (const warmUp of [lock, pidOf])
      await Promise.all([0, 1].map(() => database.all(warmUp, { name: schema.name })));
    const settled: string[] = [];
    await schema.sql.begin(async (holder) => {
      await holder`SELECT pg_advisory_xact_lock(hashtext(${schema.name}))`;
      const blocked = database.all(lock, { name: schema.name }).finally(() => settled.push("blocked"));
      blocked.catch(() => {});
      const others = Array.from({ length: 20 }, () => database.all(pidOf).then(() => settled.push("other")));
      await Promise.all(others);
      // Before the lock is given back with this transaction's end.
      expect(settled).toEqual(Array(20).fill("other"));
    });
    await database.close();
  });

  test("a call that waited in line until it was too late fails alone, and was never begun", async () => {
    const database = open(1);
    await database.all("SELECT 1");
    let letGo = (): void => {};
    const held = new Promise<void>((resolve) => {
      letGo = resolve;
    });
    const first = database.transaction(async (transaction) => {
      const row = await transaction.get<{ pid: number }>(pidOf);
      await held;
      return row;
    }, 60_000);
    let began = 0;
    const second = database.transaction(async () => {
      began += 1;
    });
    const late = expect(second).rejects.toThrow(StoreUnavailableError);
    await clock.advance(5_000);
    await late;
    letGo();
    const before = await first;
    expect(await database.get(pidOf)).toEqual(before);
    expect(began).toBe(0);
    await database.close();
  });

  test("work whose length depends on how much there is may take longer than other calls", async () => {
    const database = open(1);
    const read = "SELECT setting FROM pg_settings WHERE name = 'statement_timeout'";
    const settings = async () => (await database.get<{ setting: string }>(read))?.setting;
    expect(await settings()).toBe("4000");
    const patient = await database.transaction((transaction) => transaction.get(read), 60_000);
    expect(patient).toEqual({ setting: "60000" });
    expect(await settings()).toBe("4000");
    await database.close();
  });
});
