import { expect, it } from "vitest";
import { ReadTurns } from "./read-turns.js";

/** Counts the turns of the event loop until `work` is done. */
const turnsOf = async (work: Promise<unknown>): Promise<number> => {
  let turns = 0;
  let isDone = false;
  const done = work.finally(() => {
    isDone = true;
  });
  while (!isDone) {
    await new Promise((resolve) => setImmediate(resolve));
    turns += 1;
  }
  await done;
  return turns;
};

const size = (bytes: number) => bytes;

it("one turn reads pages up to the budget, and further ones wait in their order of arrival", async () => {
  const turns = new ReadTurns(100);
  const order: number[] = [];
  const read = (id: number) =>
    turns.run(() => {
      order.push(id);
      return 60;
    }, size);
  const all = Promise.all([1, 2, 3, 4, 5, 6].map(read));
  expect(order).toEqual([1, 2]);
  expect(await turnsOf(all)).toBeGreaterThanOrEqual(2);
  expect(order).toEqual([1, 2, 3, 4, 5, 6]);
});

it("small reads run in the turn in which they are requested", async () => {
  const turns = new ReadTurns(100);
  let reads = 0;
  const all = Promise.all(
    Array.from({ length: 20 }, () =>
      turns.run(() => {
        reads += 1;
        return 1;
      }, size),
    ),
  );
  expect(reads).toBe(20);
  await all;
});

it("a read that fails rejects its caller and delays no other", async () => {
  const turns = new ReadTurns(100);
  const large = turns.run(() => 200, size);
  const failing = turns.run((): number => {
    throw new Error("closed");
  }, size);
  const next = turns.run(() => 1, size);
  await expect(failing).rejects.toThrow("closed");
  expect(await Promise.all([large, next])).toEqual([200, 1]);
});
