import { expect, it } from "vitest";
import { RequestTurns } from "./request-turns.js";

const nextTurn = () => new Promise((resolve) => setImmediate(resolve));

it("one turn begins a bounded number of requests, and the connections take turns", async () => {
  const turns = new RequestTurns(2);
  const [busy, other, calm] = [{}, {}, {}];
  const begun: string[] = [];
  const run = (connection: object, name: string) => turns.run(connection, () => begun.push(name));
  for (const name of ["busy 1", "busy 2", "busy 3", "busy 4"]) run(busy, name);
  run(other, "other 1");
  run(calm, "calm 1");
  expect(begun).toEqual(["busy 1", "busy 2"]);
  await nextTurn();
  expect(begun.slice(2)).toEqual(["busy 3", "other 1"]);
  await nextTurn();
  expect(begun.slice(4)).toEqual(["calm 1", "busy 4"]);
});

it("a request that comes alone begins at once, in every turn", async () => {
  const turns = new RequestTurns(1);
  let begun = 0;
  for (let turn = 1; turn <= 3; turn += 1) {
    turns.run({}, () => {
      begun += 1;
    });
    expect(begun).toBe(turn);
    await nextTurn();
  }
});

it("a request that comes while others wait begins after those that wait", async () => {
  const turns = new RequestTurns(1);
  const begun: string[] = [];
  for (const name of ["first", "second", "third"]) turns.run({ name }, () => begun.push(name));
  await nextTurn();
  turns.run({}, () => begun.push("last"));
  expect(begun).toEqual(["first", "second"]);
  for (let turn = 0; turn < 3; turn += 1) await nextTurn();
  expect(begun).toEqual(["first", "second", "third", "last"]);
});
