import { expect, it } from "vitest";
import { createGuessLimit } from "./guess-limit";

const openLimit = () => {
  const clock = { now: 0 };
  const limit = createGuessLimit(() => clock.now);
  const guess = (network: string, times = 1) =>
    Array.from({ length: times }, () => limit.attempt(network)).at(-1);
  return { clock, limit, guess };
};

it("lets ten wrong guesses a minute of one address through, and forgives right ones", () => {
  const { clock, limit, guess } = openLimit();
  for (let index = 0; index < 50; index += 1) {
    const right = limit.attempt("a");
    if ("forgive" in right) right.forgive();
  }
  expect(guess("a", 10)).toHaveProperty("forgive");
  clock.now = 20_000;
  expect(guess("a")).toEqual({ retryAfter: 40 });
  clock.now = 60_000;
  expect(guess("a")).toHaveProperty("forgive");
});

it("keeps nobody out for what another address guesses", () => {
  const { guess } = openLimit();
  expect(guess("a", 50)).toHaveProperty("retryAfter");
  expect(guess("b", 10)).toHaveProperty("forgive");
});

it("bounds the guesses of all addresses together", () => {
  const { clock, guess } = openLimit();
  for (let index = 0; index < 300; index += 1) expect(guess(`a${index}`)).toHaveProperty("forgive");
  clock.now = 1_000;
  expect(guess("another")).toEqual({ retryAfter: 59 });
});

it("says for how long a network is locked out, without counting the question", () => {
  const { clock, limit, guess } = openLimit();
  for (let index = 0; index < 20; index += 1) expect(limit.lockedSeconds("a")).toBeNull();
  guess("a", 10);
  clock.now = 18_500;
  expect(limit.lockedSeconds("a")).toBe(42);
  expect(limit.lockedSeconds("b")).toBeNull();
  clock.now = 60_000;
  expect(limit.lockedSeconds("a")).toBeNull();
});
