import type { SecretStore, SessionStore } from "@adjourn/sessions";
import { describeSessionStore } from "@adjourn/testkit";
import { afterAll, beforeAll, describe } from "vitest";
import { findPgBouncer, type PgBouncer, startPgBouncer } from "../../test/pgbouncer.js";
import { createTestSchema, findPostgres, type TestSchema } from "../../test/postgres.js";
import { createPostgresSessionStore } from "./session-store.js";

const url = await findPostgres();
const program = findPgBouncer();
const permissive = ["ignore_startup_parameters = extra_float_digits,options,search_path,statement_timeout"];

describe.skipIf(url === null || program === null)("behind PgBouncer", () => {
  describe.each([
    { poolMode: "transaction", settings: [], are: "default" },
    { poolMode: "transaction", settings: permissive, are: "permissive" },
    { poolMode: "session", settings: [], are: "default" },
    { poolMode: "session", settings: permissive, are: "permissive" },
  ] as const)("pooling by $poolMode, with $are settings", ({ poolMode, settings }) => {
    let schema: TestSchema;
    let pooler: PgBouncer;
    let store: SessionStore & SecretStore;
    let other: SessionStore & SecretStore;

    beforeAll(async () => {
      schema = await createTestSchema(url ?? "");
      pooler = await startPgBouncer(program ?? "", url ?? "", { poolMode, settings });
      const options = { url: pooler.url, clock: schema.clock, schema: schema.name, maxConnections: 4 };
      [store, other] = await Promise.all([
        createPostgresSessionStore(options),
        createPostgresSessionStore(options),
      ]);
      await schema.stopClock();
    });
    afterAll(async () => {
      await store?.close();
      await other?.close();
      await pooler?.[Symbol.asyncDispose]();
      await schema?.[Symbol.asyncDispose]();
    });

    describeSessionStore("the session store in Postgres, on two nodes", async () => {
      await schema.empty();
      await Promise.all([store.hasDue(), other.hasDue()]);
      return { store, other, advance: schema.advance, close: async () => {} };
    });
  });
});
