import type { SecretStore, SessionStore } from "@adjourn/sessions";
import { contractWatches, describeSessionStore, describeWebhookStore } from "@adjourn/testkit";
import { Client } from "pg";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { createTestSchema, findPostgres, type TestSchema } from "../../test/postgres.js";
import { readWhole } from "../../test/statement-plans.js";
import { preparedTexts } from "./connection/named-parameters.js";
import { createPostgresSessionStore } from "./session-store.js";

const url = await findPostgres();

describe.skipIf(url === null)("against a Postgres", () => {
  let schema: TestSchema;
  let store: SessionStore & SecretStore;
  let other: SessionStore & SecretStore;
  let withWebhooks: readonly (SessionStore & SecretStore)[] = [];

  beforeAll(async () => {
    if (url === null) return;
    schema = await createTestSchema(url);
    const settings = { url, clock: schema.clock, schema: schema.name, maxConnections: 4 };
    // Both start at once: the tables must be created once.
    [store, other] = await Promise.all([
      createPostgresSessionStore(settings),
      createPostgresSessionStore(settings),
    ]);
    const watching = { ...settings, webhooks: contractWatches };
    withWebhooks = [await createPostgresSessionStore(watching), await createPostgresSessionStore(watching)];
    await schema.stopClock();
  });
  afterAll(async () => {
    await store?.close();
    await other?.close();
    for (const one of withWebhooks) await one.close();
    await schema?.[Symbol.asyncDispose]();
  });

  describeSessionStore("the session store in Postgres, on two nodes", async () => {
    await schema.empty();
    await Promise.all([store.hasDue(), other.hasDue()]);
    return { store, other, advance: schema.advance, close: async () => {} };
  });

  describeWebhookStore("the webhook deliveries in Postgres, on two nodes", async () => {
    await schema.empty();
    const [first = store, second = other] = withWebhooks;
    await Promise.all([first.hasDue(), second.hasDue()]);
    return { store: first, other: second, advance: schema.advance, close: async () => {} };
  });

  test.each([
    ["before", [-18_000, 0]],
    ["after", [0, 18_000]],
  ])(
    "a pause %s the database's answer does not shift the store's clock",
    async (_, [asked = 0, answered = 0]) => {
      const { clock, name } = schema;
      const shifts: number[] = [];
      const pausing = { ...clock, now: () => clock.now() + (shifts.shift() ?? 0) };
      const paused = await createPostgresSessionStore({ url: url ?? "", clock: pausing, schema: name });
      shifts.push(asked, answered);
      await paused.hasDue();
      expect(paused.now()).toBe(clock.now());
      await paused.close();
    },
  );

  test.each([null, undefined])(
    "an answer whose time is %s does not change the store's clock",
    async (now) => {
      const { clock, name } = schema;
      const asked = await createPostgresSessionStore({ url: url ?? "", clock, schema: name });
      const answered = vi
        .spyOn(Client.prototype, "query")
        .mockImplementationOnce(async () => ({ rows: [{ now }] }));
      await expect(asked.hasDue()).rejects.toThrow("no time");
      answered.mockRestore();
      expect(asked.now()).toBe(clock.now());
      expect(await asked.hasDue()).toBe(false);
      await asked.close();
    },
  );

  /** Tables with one row, the clock of these tests, and the queue, whose rows are few and are read from its beginning. */
  const small = ["adjourn_version", "secrets", "test_clock", "search_queue"];

  /**
   * A list by expiry is the exception: it reads the live sessions and keeps the first ones, since an index by expiry would
   * be written at every activity.
   */
  test("no statement of the contract suite reads a whole table because an index is missing", async () => {
    const statements = preparedTexts().filter((text) => /^(SELECT|INSERT|UPDATE|DELETE|WITH)/.test(text));
    expect(statements.length).toBeGreaterThan(50);
    const whole: string[] = [];
    for (const text of statements.filter((text) => !text.includes("ORDER BY expires_at ASC")))
      for (const table of await readWhole(schema.sql, text))
        if (!small.includes(table)) whole.push(`${table}: ${text}`);
    expect(whole).toEqual([]);
  });
});
