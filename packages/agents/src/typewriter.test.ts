import { describe, expect, test } from "vitest";
import { collect, createStoppedClock, turnOf } from "../test/turns.js";
import { createTypewriterAgent } from "./typewriter.js";

const clock = createStoppedClock();
const typewriter = createTypewriterAgent({ clock });

describe("its pieces are words, and joined they are the message", () => {
  test.each([
    ["one two three", ["one", " two", " three"]],
    ["  spaced \n out  ", ["  spaced", " \n out  "]],
    ["word", ["word"]],
    [" \n ", [" \n "]],
    ["ein 👋🏽 größer", ["ein", " 👋🏽", " größer"]],
  ])("%j", async (content, words) => {
    const pieces = await collect(typewriter.reply(turnOf(content)));
    expect(pieces).toEqual(words);
    expect(pieces.join("")).toBe(content);
  });
});

test("waits delayMs before each word, the first included", async () => {
  const pieces = typewriter.reply(turnOf("one two", { metadata: { delayMs: 400 } }))[Symbol.asyncIterator]();
  for (const word of ["one", " two"]) {
    const next = pieces.next();
    expect(clock.waiting).toEqual([400]);
    clock.advance();
    expect(await next).toEqual({ done: false, value: word });
  }
  expect(await pieces.next()).toEqual({ done: true, value: undefined });
});

test.each([-1, "400", null, Number.NaN, Number.POSITIVE_INFINITY, {}])(
  "a delayMs of %j counts as not given",
  async (delayMs) => {
    expect(await collect(typewriter.reply(turnOf("one two", { metadata: { delayMs } })))).toHaveLength(2);
  },
);

test("waits for the requested delay", async () => {
  const pieces = typewriter
    .reply(turnOf("one", { metadata: { delayMs: 3_600_000 } }))
    [Symbol.asyncIterator]();
  const first = pieces.next();
  expect(clock.waiting).toEqual([3_600_000]);
  clock.advance();
  expect((await first).value).toBe("one");
});

test("an abort cuts the wait short, leaves no timer, and no further word comes", async () => {
  const ended = new AbortController();
  const pieces = typewriter
    .reply(turnOf("one two three", { metadata: { delayMs: 60_000 }, signal: ended.signal }))
    [Symbol.asyncIterator]();
  const first = pieces.next();
  clock.advance();
  expect((await first).value).toBe("one");
  const second = pieces.next();
  expect(clock.waiting).toEqual([60_000]);
  ended.abort(new Error("over"));
  await expect(second).rejects.toThrow("over");
  expect(clock.waiting).toEqual([]);
  expect((await pieces.next()).done).toBe(true);
});

test("without a delay an abort still stops it between two words", async () => {
  const ended = new AbortController();
  const pieces = typewriter.reply(turnOf("one two", { signal: ended.signal }))[Symbol.asyncIterator]();
  await pieces.next();
  ended.abort(new Error("over"));
  await expect(pieces.next()).rejects.toThrow("over");
});
