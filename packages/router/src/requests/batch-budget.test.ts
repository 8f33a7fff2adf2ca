import { expect, it } from "vitest";
import { BatchBudget } from "./batch-budget.js";

const page = { ok: true, data: "a page" };

/** A batch of two queries that stay without an answer until `answer` is called. */
const openBatch = (connection = { destroyed: false }) => {
  const budget = new BatchBudget(connection);
  const answers: (() => void)[] = [];
  const call = () => new Promise<typeof page>((resolve) => answers.push(() => resolve(page)));
  const settled = Promise.allSettled([budget.run("query", call), budget.run("query", call)]);
  return { answers, answer: () => answers.splice(0).map((give) => give()), settled };
};

const turn = () => new Promise(setImmediate);

it("runs the queries of eight batches at once, and those of the next when one is complete", async () => {
  const batches = Array.from({ length: 9 }, () => openBatch());
  await turn();
  const running = () => batches.map(({ answers }) => answers.length);
  expect(running()).toEqual([2, 2, 2, 2, 2, 2, 2, 2, 0]);
  batches[3]?.answer();
  await batches[3]?.settled;
  await turn();
  await turn();
  expect(running()).toEqual([2, 2, 2, 0, 2, 2, 2, 2, 2]);
  for (const { answer } of batches) answer();
  await Promise.all(batches.map(({ settled }) => settled));
});

it("keeps its slot until the answer that follows its last query can have been written", async () => {
  const batches = Array.from({ length: 9 }, () => openBatch());
  await turn();
  batches[0]?.answer();
  await batches[0]?.settled;
  for (let microtask = 0; microtask < 100; microtask += 1) await Promise.resolve();
  expect(batches[8]?.answers).toHaveLength(0);
  await turn();
  expect(batches[8]?.answers).toHaveLength(2);
  for (const { answer } of batches) answer();
  await Promise.all(batches.map(({ settled }) => settled));
});

it("runs no query for a connection that closed while the batch waited", async () => {
  const batches = Array.from({ length: 8 }, () => openBatch());
  const connection = { destroyed: false };
  const late = openBatch(connection);
  await turn();
  connection.destroyed = true;
  for (const { answer } of batches) answer();
  expect((await late.settled).map(({ status }) => status)).toEqual(["rejected", "rejected"]);
  expect(late.answers).toEqual([]);
});

it("takes no slot for a mutation, which may wait for a reply", async () => {
  const batches = Array.from({ length: 8 }, () => openBatch());
  await turn();
  const budget = new BatchBudget({ destroyed: false });
  expect(await budget.run("mutation", async () => page)).toBe(page);
  for (const { answer } of batches) answer();
  await Promise.all(batches.map(({ settled }) => settled));
});
