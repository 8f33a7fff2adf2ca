import { describe, expect, test } from "vitest";
import { createThinkBlockFilter, dropThinkBlock } from "./think-block.js";

const feedInPieces = (text: string, size: number): string => {
  const filter = createThinkBlockFilter();
  let passedOn = "";
  for (let at = 0; at < text.length; at += size) passedOn += filter.feed(text.slice(at, at + size));
  return passedOn + filter.end();
};

describe.each([1, 2, 3, 7, 1_000])("in pieces of %i characters", (size) => {
  test.each([
    ["<think>They greet me.</think>\n\nGood morning", "Good morning"],
    [" \n<think>\n\n</think>\n\nGood morning", "Good morning"],
    ["<think>one</think> <think>two</think> Good", "Good"],
    ["<think>a < b, </thin> and </ think></think>Good", "Good"],
    ["<think>They greet", ""],
    ["<think>They greet</thin", ""],
    ["<think>only that</think>\n", ""],
    ["Good <think>morning</think>", "Good <think>morning</think>"],
    ["  Good morning", "  Good morning"],
    ["<thinker> is a word", "<thinker> is a word"],
    ["<thi", "<thi"],
    ["<think>x</think>\n<thi", "<thi"],
    [" \n ", " \n "],
    ["", ""],
    [`${" ".repeat(3_000)}Good`, `${" ".repeat(3_000)}Good`],
  ])("%j becomes %j", (text, rest) => expect(feedInPieces(text, size)).toBe(rest));
});

test("an answer is passed on as it comes, and nothing of it waits for the end", () => {
  const filter = createThinkBlockFilter();
  expect(["<think>", "x</thi", "nk>\n", "\nGood", " mor", "ning\n"].map(filter.feed)).toEqual([
    "",
    "",
    "",
    "Good",
    " mor",
    "ning\n",
  ]);
});

test("a whole text loses its block in one go", () => {
  expect(dropThinkBlock("<think>They greet me.</think>Good morning")).toBe("Good morning");
});
