import { expect, it } from "vitest";
import { BatchSlots } from "./batch-slots.js";

it("runs no more batches at once than it has slots, and lets connections take turns", async () => {
  const slots = new BatchSlots(1);
  const started: string[] = [];
  const [busy, other] = [{}, {}];
  const take = (connection: object, name: string) => slots.take(connection).then(() => started.push(name));
  const taken = [take(busy, "busy 1"), take(busy, "busy 2"), take(busy, "busy 3"), take(other, "other")];
  await taken[0];
  expect(started).toEqual(["busy 1"]);
  for (const next of [taken[1], taken[3], taken[2]]) {
    slots.give();
    await next;
  }
  expect(started).toEqual(["busy 1", "busy 2", "other", "busy 3"]);
  slots.give();
  await take(other, "after them");
  expect(started).toHaveLength(5);
});
