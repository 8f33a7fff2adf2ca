import { StoreUnavailableError } from "@adjourn/sessions";
import { createFakeClock } from "@adjourn/testkit";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { createTestSchema, findPostgres, type TestSchema } from "../../../test/postgres.js";
import { startRelay } from "../../../test/relay.js";
import { PostgresDatabase } from "./database.js";

const url = await findPostgres();
const pidOf = "SELECT pg_backend_pid() AS pid";

/** An event that a test waits for and sets. */
const createEvent = (): { readonly given: Promise<void>; give(): void } => {
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

  test("a call that waits for a lock delays no other call while a connection is free", async () => {
    const database = open(2);
    const lock = "SELECT pg_advisory_xact_lock(hashtext(:name))";
    // A driver pipelines only statements that the connection has prepared.
    for (const warmUp of [lock, pidOf])
      await Promise.all([0, 1].map(() => database.all(warmUp, { name: schema.name })));
    const settled: string[] = [];
    await schema.sql.begin(async (holder) => {
      await holder`SELECT pg_advisory_xact_lock(hashtext(${schema.name}))`;
      const blocked = database.all(lock, { name: schema.name }).finally(() => settled.push("blocked"));
      blocked.catch(() => {});
      const others = Array.from({ length: 20 }, () => database.all(pidOf).then(() => settled.push("other")));
      await Promise.all(others);
      // The end of this transaction releases the lock.
      expect(settled).toEqual(Array(20).fill("other"));
    });
    await database.close();
  });

  test("calls that wait for a lock leave connections to calls that meet none, and get it once it is free", async () => {
    const database = open(4);
    const lock = "SELECT pg_advisory_xact_lock(hashtext(:name))";
    const byTransaction = () =>
      database.transaction((transaction) => transaction.all(lock, { name: schema.name }));
    const settled: string[] = [];
    let blocked: Promise<unknown>[] = [];
    await schema.sql.begin(async (holder) => {
      await holder`SELECT pg_advisory_xact_lock(hashtext(${schema.name}))`;
      // More calls than connections.
      blocked = Array.from({ length: 8 }, (_, i) =>
        (i % 2 ? byTransaction() : database.all(lock, { name: schema.name })).finally(() =>
          settled.push("blocked"),
        ),
      );
      for (const call of blocked) call.catch(() => {});
      for (let i = 0; i < 5; i++) await database.all(pidOf).then(() => settled.push("other"));
      expect(settled).toEqual(Array(5).fill("other"));
    });
    await Promise.all(blocked);
    await database.close();
  });

  test("a call whose rows stay locked fails as unavailable", async () => {
    const database = open(4);
    await schema.sql.begin(async (holder) => {
      await holder`SELECT pg_advisory_xact_lock(hashtext(${schema.name}))`;
      const blocked = database.all("SELECT pg_advisory_xact_lock(hashtext(:name))", { name: schema.name });
      await expect(blocked).rejects.toThrow(StoreUnavailableError);
    });
    await database.close();
  });

  test("a call that waits for a connection until its deadline fails alone, and its work never starts", async () => {
    const database = open(1);
    await database.all("SELECT 1");
    let release = (): void => {};
    const held = new Promise<void>((resolve) => {
      release = resolve;
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
    release();
    const before = await first;
    expect(await database.get(pidOf)).toEqual(before);
    expect(began).toBe(0);
    await database.close();
  });

  test("a connection that stops answering fails only its own call, and the others are kept", async () => {
    await using relay = await startRelay(new URL(url ?? ""));
    const database = open(2, relay.url);
    const release = createEvent();
    const begun = createEvent();
    const inFlight = database.transaction(async (transaction) => {
      const before = await transaction.get(pidOf);
      begun.give();
      await release.given;
      return { before, after: await transaction.get(pidOf) };
    }, 60_000);
    await begun.given;
    await database.get(pidOf);
    relay.muteNewest();
    const silent = expect(database.get(pidOf)).rejects.toThrow(StoreUnavailableError);
    // The server still answers on the other connection.
    release.give();
    const { before, after } = await inFlight;
    await clock.advance(5_000);
    await silent;
    expect(after).toEqual(before);
    expect(await database.get(pidOf)).toEqual(before);
    await database.close();
  });

  test("a server that answers no call is unreachable, and a transaction in progress may still complete", async () => {
    await using relay = await startRelay(new URL(url ?? ""));
    const database = open(2, relay.url);
    const release = createEvent();
    const begun = createEvent();
    const inFlight = database.transaction(async (transaction) => {
      await transaction.get(pidOf);
      begun.give();
      await release.given;
      return transaction.get("SELECT 1 AS one");
    }, 60_000);
    await begun.given;
    await database.get(pidOf);
    relay.muteNewest();
    const silent = expect(database.get(pidOf)).rejects.toThrow(StoreUnavailableError);
    await clock.advance(5_000);
    await silent;
    // A new connection shows that the server is reachable.
    expect(await database.get("SELECT 1 AS one")).toEqual({ one: 1 });
    release.give();
    expect(await inFlight).toEqual({ one: 1 });
    await database.close();
  });

  test("a backend that is terminated fails its own call, and no other call waits for a probe", async () => {
    await using relay = await startRelay(new URL(url ?? ""));
    const database = open(3, relay.url);
    const hold = async () => {
      const [begun, release] = [createEvent(), createEvent()];
      let pid = 0;
      const ended = database.transaction(async (transaction) => {
        pid = (await transaction.get<{ pid: number }>(pidOf))?.pid ?? 0;
        begun.give();
        await release.given;
        return transaction.get("SELECT 1 AS one");
      }, 60_000);
      await begun.given;
      return { pid, ended, release };
    };
    const [terminated, second, newest] = [await hold(), await hold(), await hold()];
    // A probe would use the first idle connection, which gets no answer.
    for (const { release, ended } of [newest, second]) {
      release.give();
      await ended;
    }
    relay.muteNewest();
    await schema.sql`SELECT pg_terminate_backend(${terminated.pid})`;
    terminated.release.give();
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
    // The clock stands still, so a call on the other connection would never end.
    expect(await database.get("SELECT 1 AS one")).toEqual({ one: 1 });
    await database.close();
  });

  test("a commit that the server turns into a rollback fails", async () => {
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

  test("a transaction that fails leaves its connection usable", async () => {
    const database = open(1);
    const before = await database.get(pidOf);
    const failing = database.transaction((transaction) => transaction.get("SELECT 1 / 0"));
    await expect(failing).rejects.toThrow("division by zero");
    expect(await database.get(pidOf)).toEqual(before);
    await database.close();
  });

  test("a table that a newer version changed can be read", async () => {
    const database = open(1);
    await schema.sql`CREATE TABLE growing AS SELECT 1 AS one`;
    expect(await database.get("SELECT * FROM growing")).toEqual({ one: 1 });
    await schema.sql`ALTER TABLE growing ADD COLUMN two int`;
    expect(await database.get("SELECT * FROM growing")).toEqual({ one: 1, two: null });
    await database.close();
  });

  test("work on an unbounded amount of data can have a longer time limit", async () => {
    const database = open(1);
    const read = "SELECT setting FROM pg_settings WHERE name = 'statement_timeout'";
    const settings = async () => (await database.get<{ setting: string }>(read))?.setting;
    expect(await settings()).toBe("4000");
    const extended = await database.transaction((transaction) => transaction.get(read), 60_000);
    expect(extended).toEqual({ setting: "60000" });
    expect(await settings()).toBe("4000");
    await database.close();
  });
});
