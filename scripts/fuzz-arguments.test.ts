import { expect, it } from "vitest";
import { readFuzzArguments } from "./fuzz-arguments.mjs";

it("a run without arguments draws fresh seeds for ten minutes", () => {
  expect(readFuzzArguments([])).toEqual({ minutes: 10, seed: null, files: [], help: false });
});

it("minutes, a seed to repeat and files can be named", () => {
  expect(readFuzzArguments(["--minutes", "0.5", "--seed=-7", "api-wires"])).toEqual({
    minutes: 0.5,
    seed: -7,
    files: ["api-wires"],
    help: false,
  });
});

it.each([
  ["--minutes", "abc"],
  ["--minutes", "0"],
  ["--minutes", "-1"],
  ["--minutes", ""],
  ["--minutes", "1e3"],
  ["--minutes"],
  ["--seed", "1.5"],
  ["--seed", "99999999999"],
  ["--seed", "abc"],
  ["--hours", "1"],
  ["-x"],
])("%s %s is refused in one line", (...given) => {
  expect(readFuzzArguments(given)).toEqual({ problem: expect.stringMatching(/^[^\n]+$/) });
});
