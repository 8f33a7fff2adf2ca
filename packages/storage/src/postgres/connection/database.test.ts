import { StoreUnavailableError } from "@adjourn/sessions";
import { newSessionDraft } from "@adjourn/testkit";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { createTestSchema, findPostgres, type TestSchema } from "../../../test/postgres.js";
import { startRelay } from "../../../test/relay.js";
import { systemClock as clock } from "../../../test/system-clock.js";
import { UnusableDatabaseError } from "../../unusable-database-error.js";
import { createPostgresSessionStore } from "../session-store.js";

const url = await findPostgres();

describe.skipIf(url === null)("against a Postgres", () => {
  let schema: TestSchema;
  beforeEach(async () => {
    schema = await createTestSchema(url ?? "");
  });
  afterEach(() => schema[Symbol.asyncDispose]());

  test.each(["refuses", "hangs up"] as const)(
    "a database that %s fails calls as unavailable, and serves again when it is back",
    async (failure) => {
      await using relay = await startRelay(new URL(url ?? ""));
      const settings = { url: relay.url, clock, schema: schema.name, deadlineMs: 2_000 };
      const store = await createPostgresSessionStore(settings);
      const draft = newSessionDraft();
      await store.createSession(draft, null);
      await relay.set(failure);
      const calls = await Promise.allSettled(
        Array.from({ length: 50 }, (_, i) =>
          i % 2 ? store.readSession(draft.sessionId) : store.createSession(newSessionDraft(), null),
        ),
      );
      for (const call of calls) expect(call).toMatchObject({ reason: expect.any(StoreUnavailableError) });
      await expect(store.ping()).rejects.toThrow(StoreUnavailableError);
      await relay.set("open");
      expect(await store.readSession(draft.sessionId)).toMatchObject({ outcome: "live" });
      expect(await store.countSessions()).toMatchObject({ active: 1 });
      await store.close();
    },
  );

  test("a database that refuses connections fails a call at once", async () => {
    await using relay = await startRelay(new URL(url ?? ""));
    const patient = { url: relay.url, clock, schema: schema.name, deadlineMs: 60_000 };
    const store = await createPostgresSessionStore(patient);
    await relay.set("refuses");
    for (let i = 0; i < 5; i++) await expect(store.ping()).rejects.toThrow(StoreUnavailableError);
    await store.close();
  });

  test("a database that stops answering fails calls at their deadline, and later serves calls again", async () => {
    await using relay = await startRelay(new URL(url ?? ""));
    const settings = { url: relay.url, clock, schema: schema.name, maxConnections: 2, deadlineMs: 2_000 };
    const store = await createPostgresSessionStore(settings);
    await relay.set("silent");
    const calls = await Promise.allSettled(Array.from({ length: 10 }, () => store.ping()));
    for (const call of calls) expect(call).toMatchObject({ reason: expect.any(StoreUnavailableError) });
    await relay.set("open");
    await store.ping();
    await store.close();
  });

  test("calls beyond the limit of waiting ones are refused at once, and waiting ones are answered", async () => {
    const settings = {
      url: url ?? "",
      clock,
      schema: schema.name,
      maxConnections: 1,
      deadlineMs: 60_000,
    };
    const store = await createPostgresSessionStore(settings);
    const outcomes = await Promise.allSettled(Array.from({ length: 2_100 }, () => store.readEndings([])));
    const refused = outcomes.filter(({ status }) => status === "rejected");
    expect(refused).toHaveLength(100);
    expect(refused[0]).toMatchObject({ reason: expect.any(StoreUnavailableError) });
    await store.close();
  });

  test("a closed store refuses every call", async () => {
    const store = await createPostgresSessionStore({ url: url ?? "", clock, schema: schema.name });
    await store.close();
    await expect(store.ping()).rejects.toThrow(StoreUnavailableError);
  });

  test("a server that can only read is not ready", async () => {
    const store = await createPostgresSessionStore({ url: url ?? "", clock, schema: schema.name });
    await store.ping();
    await schema.sql.unsafe(`
      CREATE FUNCTION fill_disk() RETURNS trigger LANGUAGE plpgsql
        AS $$ BEGIN RAISE EXCEPTION 'the disk is full' USING ERRCODE = 'disk_full'; END $$;
      CREATE TRIGGER fill_disk BEFORE UPDATE ON adjourn_version EXECUTE FUNCTION fill_disk()`);
    await expect(store.ping()).rejects.toThrow(StoreUnavailableError);
    expect(await store.countSessions()).toMatchObject({ active: 0 });
    await schema.sql`DROP TRIGGER fill_disk ON adjourn_version`;
    await store.ping();
    await store.close();
  });

  test.each(["erasing", "retention"] as const)("a history of many batches is deleted by %s", async (how) => {
    const store = await createPostgresSessionStore({ url: url ?? "", clock, schema: schema.name });
    const draft = newSessionDraft();
    const { sessionId, channelId } = draft;
    await store.createSession(draft, null);
    const caller = { endedBy: "admin", actor: null } as const;
    await store.endSession({ sessionId, reason: null, caller, idempotencyKey: null });
    await schema.sql`INSERT INTO messages SELECT 'm' || n, ${channelId}, n, ${sessionId}, 'u', false, null, 'x',
      '{}', '{}', null, n FROM generate_series(1, 1700) n`;
    if (how === "erasing") expect(await store.eraseChannel(channelId)).toBe("erased");
    else expect(await store.deleteEndedBefore(store.now() + 60_000, 10)).toBe(1);
    expect(await schema.sql`SELECT id FROM messages`).toHaveLength(0);
    expect(await store.listMessages({ channelId, limit: 1 })).toEqual({ outcome: "unknown_channel" });
    await store.close();
  });

  test("the clock of the store is the database's", async () => {
    const wrong = { ...clock, now: () => Date.now() + 3_600_000 };
    const store = await createPostgresSessionStore({ url: url ?? "", clock: wrong, schema: schema.name });
    const outcome = await store.createSession(newSessionDraft(), null);
    if (outcome.outcome !== "created") throw new Error(outcome.outcome);
    expect(Math.abs(outcome.session.createdAt - Date.now())).toBeLessThan(60_000);
    expect(Math.abs(store.now() - Date.now())).toBeLessThan(60_000);
    await store.close();
  });

  test("data survives a restart, and the tables are created once", async () => {
    const settings = { url: url ?? "", clock, schema: schema.name };
    const first = await createPostgresSessionStore(settings);
    const draft = newSessionDraft({ metadata: { "é😀": "\u2028" } });
    await first.createSession(draft, null);
    await first.close();
    const second = await createPostgresSessionStore(settings);
    const found = await second.readSession(draft.sessionId);
    expect(found).toMatchObject({ outcome: "live", session: { metadata: { "é😀": "\u2028" } } });
    await second.close();
  });

  test("nodes that start together on an empty database create its tables once", async () => {
    const settings = { url: url ?? "", clock, schema: schema.name, maxConnections: 1 };
    const stores = await Promise.all(Array.from({ length: 8 }, () => createPostgresSessionStore(settings)));
    for (const store of stores) await store.ping();
    expect(await schema.sql`SELECT version FROM adjourn_version`).toHaveLength(1);
    for (const store of stores) await store.close();
  });

  test("tables of a newer version are refused with one clear line and not changed", async () => {
    const settings = { url: url ?? "", clock, schema: schema.name };
    await (await createPostgresSessionStore(settings)).close();
    await schema.sql`UPDATE adjourn_version SET version = 99`;
    const opening = createPostgresSessionStore(settings);
    await expect(opening).rejects.toThrow(UnusableDatabaseError);
    await expect(opening).rejects.toThrow(/^The database has version 99[^\n]*$/);
    expect(await schema.sql`SELECT version FROM adjourn_version`).toMatchObject([{ version: 99 }]);
  });

  test.each([
    ["a database", (address: URL) => Object.assign(address, { pathname: "/adjourn_is_not_here" })],
    ["a user", (address: URL) => Object.assign(address, { username: "adjourn_is_not_here" })],
    ["a parameter", (address: URL) => Object.assign(address, { search: "?adjourn_is_not_here=1" })],
  ])(
    "%s that Postgres does not know is refused with one clear line, without the password",
    async (_, change) => {
      const address = new URL(url ?? "");
      address.password ||= "a-password-that-nobody-may-read";
      const opening = createPostgresSessionStore({ url: change(address).href, clock });
      await expect(opening).rejects.toThrow(UnusableDatabaseError);
      await expect(opening).rejects.toThrow(
        /^The database postgres(ql)?:\/\/…@[^\n]*can't be used: [^\n]*not_here/,
      );
      await expect(opening).rejects.not.toThrow(/password-that/);
    },
  );

  test.each([
    ["sslmode=verify-ca", /verify-ca/],
    ["sslrootcert=/adjourn/is/not/here.pem", /not\/here\.pem/],
  ])("an address with %s that can't be followed is refused with one clear line", async (parameters, why) => {
    const address = Object.assign(new URL(url ?? ""), { search: parameters });
    const opening = createPostgresSessionStore({ url: address.href, clock });
    await expect(opening).rejects.toThrow(UnusableDatabaseError);
    await expect(opening).rejects.toThrow(why);
    await expect(opening).rejects.toThrow(/^The database [^\n]* can't be used: [^\n]*$/);
  });

  test("a user that is not permitted to create tables is refused with one clear line", async () => {
    const role = `adjourn_test_${crypto.randomUUID().replaceAll("-", "")}`;
    await schema.sql.unsafe(`CREATE ROLE ${role} LOGIN PASSWORD '${role}'`);
    try {
      await schema.sql.unsafe(`GRANT USAGE ON SCHEMA ${schema.name} TO ${role}`);
      const address = Object.assign(new URL(url ?? ""), { username: role, password: role });
      const opening = createPostgresSessionStore({ url: address.href, clock, schema: schema.name });
      await expect(opening).rejects.toThrow(UnusableDatabaseError);
      await expect(opening).rejects.toThrow(`permission denied for schema ${schema.name}`);
    } finally {
      await schema.sql.unsafe(`DROP OWNED BY ${role}; DROP ROLE ${role}`);
    }
  });

  test("a database that can't be reached fails the start as unavailable", async () => {
    await using relay = await startRelay(new URL(url ?? ""));
    await relay.set("refuses");
    const opening = createPostgresSessionStore({ url: relay.url, clock, schema: schema.name });
    await expect(opening).rejects.toThrow(StoreUnavailableError);
  });
});
