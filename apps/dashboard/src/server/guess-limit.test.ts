import { expect, it } from "vitest";
import { createGuessLimit } from "./guess-limit";

it("lets ten wrong guesses a minute through, and forgives right ones", () => {
  let now = 0;
  const limit = createGuessLimit(() => now);
  for (let guess = 0; guess < 50; guess += 1) {
    const right = limit.attempt();
    if ("forgive" in right) right.forgive();
  }
  for (let guess = 0; guess < 10; guess += 1) expect(limit.attempt()).toHaveProperty("forgive");
  now = 20_000;
  expect(limit.attempt()).toEqual({ retryAfter: 40 });
  now = 60_000;
  expect(limit.attempt()).toHaveProperty("forgive");
});
