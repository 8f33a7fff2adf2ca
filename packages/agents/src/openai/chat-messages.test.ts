import { expect, test } from "vitest";
import { messageOf } from "../../test/turns.js";
import { toChatMessages } from "./chat-messages.js";

/** `u:` is the user's, `a:` the agent's. */
const conversation = (...turns: string[]) =>
  turns.map((turn) => messageOf(turn.slice(2), { isAgent: turn.startsWith("a:") }));

const toTurns = (
  history: readonly string[],
  change: { keepThinking?: boolean; systemPrompt?: string } = {},
) =>
  toChatMessages({
    history: conversation(...history),
    message: messageOf("now"),
    keepThinking: false,
    ...change,
  }).map(({ role, content }) => `${role}: ${content}`);

test.each<[string, string[], string[]]>([
  ["nothing before", [], ["user: now"]],
  ["an orderly history", ["u:one", "a:two"], ["user: one", "assistant: two", "user: now"]],
  ["a message whose reply failed", ["u:one"], ["user: one\n\nnow"]],
  [
    "replies that came out of turn",
    ["u:one", "u:two", "a:three", "a:four"],
    ["user: one\n\ntwo", "assistant: three\n\nfour", "user: now"],
  ],
  [
    "a history that begins in mid-turn",
    ["a:one", "u:two", "a:three"],
    ["user: two", "assistant: three", "user: now"],
  ],
  ["a history of replies alone", ["a:one", "a:two"], ["user: now"]],
  ["turns without words", ["u: ", "a:\n", "u:one", "a: "], ["user: one\n\nnow"]],
  [
    "thoughts in earlier replies",
    ["u:one", "a:<think>hm</think>\ntwo", "u:<think>three</think>", "a:<think>four"],
    ["user: one", "assistant: two", "user: <think>three</think>\n\nnow"],
  ],
])("%s", (_, history, turns) => expect(toTurns(history)).toEqual(turns));

test("thoughts are sent where they are to be kept", () => {
  expect(toTurns(["u:one", "a:<think>hm</think>two"], { keepThinking: true })).toEqual([
    "user: one",
    "assistant: <think>hm</think>two",
    "user: now",
  ]);
});

test("the instructions are first and once, whatever the history loses", () => {
  expect(toTurns(["a:one", "u:two"], { systemPrompt: "Be brief." })).toEqual([
    "system: Be brief.",
    "user: two\n\nnow",
  ]);
});
