import { expect, it } from "vitest";
import { storablePieces } from "./storable-pieces.js";

const clean = async (...pieces: string[]): Promise<string[]> => {
  const cleaned: string[] = [];
  const source = async function* () {
    yield* pieces;
  };
  for await (const piece of storablePieces(source())) cleaned.push(String(piece));
  return cleaned;
};

it.each([
  [
    ["plain", " text"],
    ["plain", " text"],
  ],
  [["a\0b", "\0"], ["ab"]],
  [["\0\0", ""], []],
  [["\ud83d", "\ude00!"], ["\u{1f600}!"]],
  [
    ["a\ud83d", "\0", "\ude00"],
    ["a", "\u{1f600}"],
  ],
  [
    ["a\ud83d", "b"],
    ["a", "\ufffdb"],
  ],
  [["\ude00"], ["\ufffd"]],
  [["a\ud83d"], ["a", "\ufffd"]],
])("%j becomes %j, which every store can keep", async (pieces, cleaned) => {
  expect(await clean(...pieces)).toEqual(cleaned);
});
