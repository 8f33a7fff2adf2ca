import { expect, test } from "vitest";
import { createTextStream } from "./text-stream.js";

const read = async (text: AsyncIterable<string>): Promise<string[]> => {
  const pieces: string[] = [];
  for await (const piece of text) pieces.push(piece);
  return pieces;
};

test("every reader gets every piece once, whenever it begins", async () => {
  const text = createTextStream();
  const early = read(text);
  text.push("a");
  text.push("");
  const late = read(text);
  text.push("b");
  text.end();
  expect([await early, await late, await read(text)]).toEqual(Array(3).fill(["a", "b"]));
  expect(text.length).toBe(2);
});

test("an error reaches a reader behind what came before it", async () => {
  const text = createTextStream();
  const pieces: string[] = [];
  const reading = (async () => {
    for await (const piece of text) pieces.push(piece);
  })();
  text.push("a");
  const error = new Error("broken");
  text.end(error);
  await expect(reading).rejects.toBe(error);
  expect(pieces).toEqual(["a"]);
});
