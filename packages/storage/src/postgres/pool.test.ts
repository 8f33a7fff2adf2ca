import { StoreUnavailableError } from "@adjourn/sessions";
import { createFakeClock } from "@adjourn/testkit";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { createTestSchema, findPostgres, type TestSchema } from "../../test/postgres.js";
import { startRelay } from "../../test/relay.js";
import { PostgresDatabase } from "./database.js";

const url = await findPostgres();
const pidOf = "SELECT pg_backend_pid() AS pid";

/** Something that a test waits for, and gives. */
const signal = (): { readonly given: Promise<void>; give(): void } => {
  let give = (): void => {};
  const given = new Promise<void>((resolve) => {
    give = resolve;
  });
  return { given, give: () => give() };
};

describe.skipIf(url === null)("the pool of connections to a Postgres", () => {
  let schema: TestSchema;
  const clock = createFakeClock();
  const open = (maxConnections: number, address = url ?? "") =>
    new PostgresDatabase({ url: address, clock, schema: schema.name, maxConnections, deadlineMs: 5_000 });
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

  test("a connection that falls silent costs its own call and no other, and the rest are kept", async () => {
    await using relay = await startRelay(new URL(url ?? ""));
    const database = open(2, relay.url);
    const letGo = signal();
    const begun = signal();
    const inFlight = database.transaction(async (transaction) => {
      const before = await transaction.get(pidOf);
      begun.give();
      await letGo.given;
      return { before, after: await transaction.get(pidOf) };
    }, 60_000);
    await begun.given;
    await database.get(pidOf);
    relay.muteNewest();
    const silent = expect(database.get(pidOf)).rejects.toThrow(StoreUnavailableError);
    // The server is not silent: it answers others.
    letGo.give();
    const { before, after } = await inFlight;
    await clock.advance(5_000);
    await silent;
    expect(after).toEqual(before);
    expect(await database.get(pidOf)).toEqual(before);
    await database.close();
  });

  test("a server that answers nobody any more is out of reach, and what is in flight may still come through", async () => {
    await using relay = await startRelay(new URL(url ?? ""));
    const database = open(2, relay.url);
    const letGo = signal();
    const begun = signal();
    const inFlight = database.transaction(async (transaction) => {
      await transaction.get(pidOf);
      begun.give();
      await letGo.given;
      return transaction.get("SELECT 1 AS one");
    }, 60_000);
    await begun.given;
    await database.get(pidOf);
    relay.muteNewest();
    const silent = expect(database.get(pidOf)).rejects.toThrow(StoreUnavailableError);
    await clock.advance(5_000);
    await silent;
    // One that was opened for the purpose finds the server alive.
    expect(await database.get("SELECT 1 AS one")).toEqual({ one: 1 });
    letGo.give();
    expect(await inFlight).toEqual({ one: 1 });
    await database.close();
  });

  test("a backend that is terminated fails its own call, and no other call waits for a probe", async () => {
    await using relay = await startRelay(new URL(url ?? ""));
    const database = open(3, relay.url);
    const hold = async () => {
      const [begun, letGo] = [signal(), signal()];
      let pid = 0;
      const ended = database.transaction(async (transaction) => {
        pid = (await transaction.get<{ pid: number }>(pidOf))?.pid ?? 0;
        begun.give();
        await letGo.given;
        return transaction.get("SELECT 1 AS one");
      }, 60_000);
      await begun.given;
      return { pid, ended, letGo };
    };
    const [terminated, second, newest] = [await hold(), await hold(), await hold()];
    // The first idle connection, which a probe would take, is the one that gets no answer.
    for (const { letGo, ended } of [newest, second]) {
      letGo.give();
      await ended;
    }
    relay.muteNewest();
    await schema.sql`SELECT pg_terminate_backend(${terminated.pid})`;
    terminated.letGo.give();
    await expect(terminated.ended).rejects.toThrow(StoreUnavailableError);
    const unanswered = expect(database.get(pidOf)).rejects.toThrow(StoreUnavailableError);
    expect(await database.get(pidOf)).toEqual({ pid: second.pid });
    await clock.advance(5_000);
    await unanswered;
    await database.close();
  });

  test("all calls to a server that is known to be silent share one probe of 2 s", async () => {
    await using relay = await startRelay(new URL(url ?? ""));
    const database = open(2, relay.url);
    await database.get(pidOf);
    await relay.set("silent");
    const first = expect(database.get(pidOf)).rejects.toThrow(StoreUnavailableError);
    await clock.advance(5_000);
    await first;
    const before = relay.accepted;
    const later = Promise.allSettled(Array.from({ length: 20 }, () => database.get(pidOf)));
    await expect.poll(() => relay.accepted).toBe(before + 1);
    await clock.advance(2_000);
    const error = expect.any(StoreUnavailableError);
    expect(await later).toEqual(Array(20).fill({ status: "rejected", reason: error }));
    expect(relay.accepted).toBe(before + 1);
    await database.close();
  });

  test("connections that were idle when the server fell silent are not used again", async () => {
    await using relay = await startRelay(new URL(url ?? ""));
    const database = open(2, relay.url);
    await Promise.all([database.get(pidOf), database.get(pidOf)]);
    relay.muteAll();
    const silent = expect(database.get(pidOf)).rejects.toThrow(StoreUnavailableError);
    await clock.advance(5_000);
    await silent;
    // The clock stands still: who got the other one would wait for ever.
    expect(await database.get("SELECT 1 AS one")).toEqual({ one: 1 });
    await database.close();
  });

  test("a commit that the server turns into a rollback is no success", async () => {
    const database = open(1);
    const swallowed = database.transaction(async (transaction) => {
      await transaction.script("CREATE TABLE kept (id int)");
      await transaction.get("SELECT 1 / 0").catch(() => {});
      return "done";
    });
    await expect(swallowed).rejects.toThrow(StoreUnavailableError);
    expect(await database.get("SELECT to_regclass('kept') AS kept")).toEqual({ kept: null });
    await database.close();
  });

  test("a transaction that fails gives its connection back clean", async () => {
    const database = open(1);
    const before = await database.get(pidOf);
    const failing = database.transaction((transaction) => transaction.get("SELECT 1 / 0"));
    await expect(failing).rejects.toThrow("division by zero");
    expect(await database.get(pidOf)).toEqual(before);
    await database.close();
  });

  test("a table that a newer version has changed is read anew", async () => {
    const database = open(1);
    await schema.sql`CREATE TABLE growing AS SELECT 1 AS one`;
    expect(await database.get("SELECT * FROM growing")).toEqual({ one: 1 });
    await schema.sql`ALTER TABLE growing ADD COLUMN two int`;
    expect(await database.get("SELECT * FROM growing")).toEqual({ one: 1, two: null });
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
