import { StoreUnavailableError } from "@adjourn/sessions";
import { newSessionDraft } from "@adjourn/testkit";
import postgres from "postgres";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { type AcknowledgedWrites, writeUnderLoad } from "../../../test/acknowledged-writes.js";
import { findPgBouncer, type PgBouncerSettings, startPgBouncer } from "../../../test/pgbouncer.js";
import { createTestSchema, findPostgres, type TestSchema } from "../../../test/postgres.js";
import { systemClock as clock } from "../../../test/system-clock.js";
import { UnusableDatabaseError } from "../../unusable-database-error.js";
import { createPostgresSessionStore } from "../session-store.js";
import { PostgresConnection } from "./connection.js";
import { PostgresDatabase } from "./database.js";

const url = await findPostgres();
const program = findPgBouncer();

describe.skipIf(url === null || program === null)("behind PgBouncer", () => {
  let schema: TestSchema;
  beforeEach(async () => {
    schema = await createTestSchema(url ?? "");
  });
  afterEach(() => schema[Symbol.asyncDispose]());

  const start = (settings: PgBouncerSettings) => startPgBouncer(program ?? "", url ?? "", settings);
  const few = ["default_pool_size = 3"];
  const permissive = "ignore_startup_parameters = extra_float_digits,options,search_path,synchronous_commit";

  /** The acknowledged writes that are not in the tables. */
  const findLost = async ({ sessions, messages, ended, erased }: AcknowledgedWrites) => {
    const idsOf = async (query: string): Promise<Set<string>> =>
      new Set((await schema.sql.unsafe<{ id: string }[]>(query)).map(({ id }) => id));
    const [there, gone] = [
      await idsOf("SELECT session_id AS id FROM sessions UNION SELECT session_id FROM endings"),
      await idsOf("SELECT session_id AS id FROM endings"),
    ];
    const said = await idsOf("SELECT id FROM messages");
    const readable = await idsOf("SELECT id FROM channels UNION SELECT channel_id FROM messages");
    return {
      sessions: sessions.filter((id) => !there.has(id)),
      ended: ended.filter((id) => !gone.has(id)),
      messages: messages.filter((id) => !said.has(id)),
      erased: erased.filter((id) => readable.has(id)),
    };
  };

  test.each([
    { poolMode: "transaction", settings: few },
    { poolMode: "transaction", settings: [...few, permissive] },
    { poolMode: "session", settings: [] },
    { poolMode: "session", settings: [permissive] },
  ] as const)(
    "pooling by $poolMode with $settings, what was acknowledged under load is in the tables",
    async (settings) => {
      await using pooler = await start(settings);
      const options = { url: pooler.url, clock, schema: schema.name, maxConnections: 6 };
      const stores = [await createPostgresSessionStore(options), await createPostgresSessionStore(options)];
      const acknowledged = await writeUnderLoad(stores);
      for (const ids of Object.values(acknowledged)) expect(ids.length).toBeGreaterThan(20);
      expect(await findLost(acknowledged)).toEqual({ sessions: [], messages: [], ended: [], erased: [] });
      for (const store of stores) await store.close();
    },
  );

  test("a transaction has its own settings, whatever others set on the server's connection", async () => {
    await using pooler = await start({ poolMode: "transaction", settings: ["default_pool_size = 1"] });
    const other = postgres(pooler.url, { max: 1, prepare: false, onnotice: () => {} });
    const spoil = () =>
      other.unsafe(
        "SET synchronous_commit TO off; SET statement_timeout TO 0; SET search_path TO pg_catalog",
      );
    const read = `SELECT current_setting('synchronous_commit') AS commit, current_setting('statement_timeout') AS statement,
      current_setting('lock_timeout') AS lock, current_schema() AS schema`;
    const ours = { commit: "on", statement: "4s", lock: "100ms", schema: schema.name };
    const opened = new PostgresDatabase({ url: pooler.url, clock, schema: schema.name });
    expect(await opened.get(read)).toEqual(ours);
    await spoil();
    expect(await opened.get(read)).toEqual(ours);
    expect(await opened.transaction((transaction) => transaction.get(read))).toEqual(ours);
    const patient = opened.transaction((transaction) => transaction.get(read), 60_000);
    expect(await patient).toEqual({ ...ours, statement: "1min" });
    await other.end();
    await opened.close();
  });

  test("a statement that fails rolls its transaction back, and the next one is not affected", async () => {
    await using pooler = await start({ poolMode: "transaction", settings: ["default_pool_size = 1"] });
    const store = await createPostgresSessionStore({ url: pooler.url, clock, schema: schema.name });
    const draft = newSessionDraft();
    await store.createSession(draft, null);
    // The same channel again.
    await expect(
      store.createSession({ ...newSessionDraft(), channelId: draft.channelId }, null),
    ).rejects.toThrow();
    expect(await store.countSessions()).toMatchObject({ active: 1 });
    expect(await schema.sql`SELECT session_id FROM sessions`).toMatchObject([
      { session_id: draft.sessionId },
    ]);
    await store.close();
  });

  test("a statement that the server refuses leaves its connection usable", async () => {
    await using pooler = await start({ poolMode: "transaction", settings: [] });
    const connection = new PostgresConnection({ url: pooler.url }, { answers: 0, isPooled: false });
    await connection.open();
    const run = (text: string) => connection.run({ name: "refused", text, values: [] });
    await expect(run("SELECT 1 / 0")).rejects.toThrow("division by zero");
    expect(connection.isUsable).toBe(true);
    expect((await run("SELECT 1 AS one")).rows).toEqual([{ one: 1 }]);
    connection.close();
  });

  test.each([
    ["that pools by statement", { poolMode: "statement" }, "", /not allowed in statement pooling mode/],
    ["that takes no options", { poolMode: "transaction" }, "?options=-c%20geqo%3Doff", /startup parameter/],
  ] as const)("a pooler %s is refused with one clear line", async (_, settings, parameters, why) => {
    await using pooler = await start(settings);
    const opening = createPostgresSessionStore({
      url: `${pooler.url}${parameters}`,
      clock,
      schema: schema.name,
    });
    await expect(opening).rejects.toThrow(UnusableDatabaseError);
    await expect(opening).rejects.toThrow(why);
    await expect(opening).rejects.toThrow(/^The database postgres(ql)?:\/\/[^\n]* can't be used: [^\n]*$/);
  });

  test("a pooler whose server is down fails the start as unavailable", async () => {
    await using pooler = await start({ poolMode: "transaction", database: "port=1" });
    const opening = createPostgresSessionStore({ url: pooler.url, clock, schema: schema.name });
    await expect(opening).rejects.toThrow(StoreUnavailableError);
  });
});
