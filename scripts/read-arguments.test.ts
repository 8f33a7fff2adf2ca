import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import {
  anyText,
  flag,
  numberUpTo,
  oneOf,
  parseArguments,
  WrongArgument,
  wholeNumber,
} from "./read-arguments.mjs";

const known = {
  options: { seeds: wholeNumber(1, 1_000), minutes: numberUpTo(60), file: anyText, fast: flag },
  word: oneOf(["rest", "bulk"]),
  words: [0, 2],
} as const;

describe("arguments", () => {
  it("that are understood are read, each as what it is", () => {
    const given = ["--seeds", "12", "--minutes=0.5", "--file", "a b", "--fast", "rest"];
    expect(parseArguments(given, known)).toEqual({
      options: { seeds: 12, minutes: 0.5, file: "a b", fast: true },
      words: ["rest"],
    });
    expect(parseArguments([], known)).toEqual({
      options: { seeds: undefined, minutes: undefined, file: undefined, fast: false },
      words: [],
    });
  });

  it.each([
    [["--seeds", "abc"], '--seeds is "abc"; allowed: a whole number from 1 to 1000'],
    [["--seeds", "0"], '--seeds is "0"; allowed: a whole number from 1 to 1000'],
    [["--seeds", "1e2"], '--seeds is "1e2"; allowed: a whole number from 1 to 1000'],
    [["--seeds="], '--seeds is ""; allowed: a whole number from 1 to 1000'],
    [["--minutes", "0"], '--minutes is "0"; allowed: a number above 0 and at most 60'],
    [["--minutes", "Infinity"], '--minutes is "Infinity"; allowed: a number above 0 and at most 60'],
    [["--file="], '--file is ""; allowed: some text'],
    [["--seeds", "1", "--seeds=2"], "Option '--seeds' is there twice; allowed: once"],
    [["slow"], 'argument is "slow"; allowed: rest, bulk'],
    [["rest", "bulk", "rest"], 'argument is "rest"; allowed: 2 of them'],
  ])("%j are refused: %s", (given, line) => {
    expect(() => parseArguments(given, known)).toThrow(new WrongArgument(line));
  });

  it.each([
    [["--sedes", "3"]],
    [["-s"]],
    [["--seeds"]],
    [["--seeds", "--fast"]],
    [["--fast=no"]],
    [["--no-fast"]],
  ])("%j are refused in one line that says what is allowed", (given) => {
    const allowed = "--seeds \\(.*\\), --minutes \\(.*\\), --file \\(.*\\), --fast";
    expect(() => parseArguments(given, known)).toThrow(
      new RegExp(`^[^\\n]*${given[0]?.slice(0, 6)}[^\\n]*; allowed: ${allowed}$`),
    );
  });

  it("that are missing are refused", () => {
    const port = { word: wholeNumber(0, 65_535), words: [1, 1] } as const;
    expect(() => parseArguments([], port)).toThrow(
      "An argument is missing; allowed: a whole number from 0 to 65535",
    );
  });
});

const root = fileURLToPath(new URL("..", import.meta.url));
const tsx = ["--import", "tsx", "--conditions=adjourn-source"];

/** Each command as `npm run` starts it, past npm, with an argument that it does not know. */
describe("every command refuses what it does not understand, with code 2 and before it does anything", () => {
  it.each([
    [["scripts/start/start.mjs"], "--prot", "Unknown option '--prot'; allowed: none"],
    [["scripts/start/run.mjs", "serve"], "4000", 'argument is "4000"; allowed: none'],
    [["scripts/start/run.mjs", "dashboard"], "4000", 'argument is "4000"; allowed: none'],
    [[...tsx, "scripts/start/cluster.ts"], "three", 'argument is "three"; allowed: none'],
    [
      [...tsx, "scripts/checks/documents/openapi.ts"],
      "--wirte",
      "Unknown option '--wirte'; allowed: --write",
    ],
    [[...tsx, "scripts/checks/check-repo.ts"], "imports", 'argument is "imports"; allowed: none'],
    [[...tsx, "scripts/checks/dependencies/audit.ts"], "--fix", "Unknown option '--fix'; allowed: none"],
    [[...tsx, "scripts/test/simulate.ts"], "--seeds=abc", '--seeds is "abc"; allowed: a whole number'],
    [[...tsx, "scripts/test/simulate.ts"], "--from=-1", '--from is "-1"; allowed: a whole number'],
    [[...tsx, "scripts/test/simulate.ts"], "--seed=1.5", '--seed is "1.5"; allowed: a whole number'],
    [
      [...tsx, "scripts/test/simulate.ts"],
      "--schedule=none.json",
      '--schedule is "none.json"; allowed: a file',
    ],
    [[...tsx, "scripts/test/kill-test.ts"], "--kills=many", '--kills is "many"; allowed: a whole number'],
    [["scripts/test/fuzz.mjs"], "--minutes=1e3", '--minutes is "1e3"; allowed: a number above 0'],
    [["scripts/test/fuzz.mjs"], "--seed=99999999999", '--seed is "99999999999"; allowed: a whole number'],
    [["scripts/test/fuzz.mjs"], "--hours=1", "Unknown option '--hours'; allowed: --minutes"],
    [[...tsx, "bench/soak.ts"], "--minutes=-1", '--minutes is "-1"; allowed: a number above 0'],
    [[...tsx, "bench/run.ts"], "rset", 'argument is "rset"; allowed: rest-end, rest-send'],
    [[...tsx, "bench/run.ts"], "--rounds=0", '--rounds is "0"; allowed: a whole number from 1 to 100'],
  ])("%j %s", (command, argument, line) => {
    const { status, stdout, stderr } = spawnSync(process.execPath, [...command, argument], {
      cwd: root,
      encoding: "utf8",
    });
    expect(stderr.trimEnd().split("\n")).toEqual([expect.stringContaining(line)]);
    expect({ status, stdout }).toEqual({ status: 2, stdout: "" });
  });
});
