import { StoreUnavailableError } from "@adjourn/sessions";
import { expect, test } from "vitest";
import type { Queryable } from "./queryable.js";
import { StatementBatches } from "./statement-batches.js";

interface Statement {
  readonly sessionIds: readonly string[];
  answer(rows: readonly { readonly session_id: string }[]): void;
  fail(error: Error): void;
}

/** Batches over a database that records its statements, which the test answers. */
const open = () => {
  const statements: Statement[] = [];
  const all = <Row>(_: string, parameters: object = {}): Promise<Row[]> =>
    new Promise((resolve, reject) => {
      const items: readonly { sessionId: string }[] = JSON.parse(Reflect.get(parameters, "items"));
      statements.push({
        sessionIds: items.map(({ sessionId }) => sessionId),
        answer: (rows) => resolve(rows as Row[]),
        fail: reject,
      });
    });
  const database: Queryable = { all, get: async (sql, parameters) => (await all<never>(sql, parameters))[0] };
  const batches = new StatementBatches<{ readonly session_id: string }>(database, "the statement");
  const begin = (sessionId: string): void => {
    batches.run({ sessionId }).catch(() => {});
  };
  return { batches, statements, begin };
};

const names = (count: number, from = 0) => Array.from({ length: count }, (_, n) => `session ${from + n}`);

test("the first calls run at once; those that come meanwhile share the next statements, and get their own rows", async () => {
  const { batches, statements } = open();
  const results = names(70).map((sessionId) => batches.run({ sessionId }));
  expect(statements.map(({ sessionIds }) => sessionIds)).toEqual([["session 0"], ["session 1"]]);
  statements[0]?.answer([{ session_id: "session 0" }]);
  expect(await results[0]).toEqual([{ session_id: "session 0" }]);
  statements[1]?.answer([]);
  expect(await results[1]).toEqual([]);
  await expect.poll(() => statements.length).toBe(4);
  expect(statements[2]?.sessionIds).toEqual(names(50, 2));
  expect(statements[3]?.sessionIds).toEqual(names(18, 52));
  statements[2]?.answer([{ session_id: "session 5" }, { session_id: "session 5" }]);
  expect(await results[5]).toHaveLength(2);
  expect(await results[6]).toEqual([]);
});

test("of two waiting calls for one session the second goes alone, and so does a long one", async () => {
  const { batches, statements, begin } = open();
  for (const sessionId of [...names(2), "waiting"]) begin(sessionId);
  expect(await batches.run({ sessionId: "waiting" })).toBeNull();
  expect(await batches.run({ sessionId: "long", content: "x".repeat(10_000) })).toBeNull();
  expect(statements).toHaveLength(2);
});

test("beyond a thousand waiting calls, further ones go alone", async () => {
  const { batches, begin } = open();
  for (const sessionId of names(1_002)) begin(sessionId);
  expect(await batches.run({ sessionId: "one more" })).toBeNull();
});

test("where the server refuses a statement, its calls go alone", async () => {
  const { batches, statements } = open();
  const call = batches.run({ sessionId: "a" });
  statements[0]?.fail(new Error("invalid input"));
  expect(await call).toBeNull();
});

test("where the outcome is unknown, the batch fails, and the waiting calls go alone", async () => {
  const { batches, statements, begin } = open();
  const [lost, , waiting] = names(3).map((sessionId) => batches.run({ sessionId }));
  statements[0]?.fail(new StoreUnavailableError("lost"));
  await expect(lost).rejects.toThrow(StoreUnavailableError);
  expect(await waiting).toBeNull();
  begin("next");
  expect(statements.at(-1)?.sessionIds).toEqual(["next"]);
});
