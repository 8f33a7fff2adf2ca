import { execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { createInterface } from "node:readline";
import { promisify } from "node:util";
import { expect, test } from "vitest";
import { startTemporaryServer } from "./temporary-server.js";

const readme = readFileSync(new URL("../../README.md", import.meta.url), "utf8");

/** The shell blocks of a text, with the test's server instead of the reader's. */
const shellBlocksOf = (text: string, url: string): string[] =>
  [...text.matchAll(/```sh\n([\s\S]*?)```/g)].map(([, block = ""]) =>
    block.replaceAll("http://127.0.0.1:3000", url),
  );

/** The shell blocks of one section of the README. */
const shellBlocks = (heading: string, url: string): string[] =>
  shellBlocksOf(readme.split(`\n## ${heading}\n`)[1]?.split("\n## ")[0] ?? "", url);

/** Runs a script like a reader. `printed` resolves once that many lines contain `text`. */
const runTerminal = (script: string, text: string, times: number) => {
  const child = spawn("bash", ["-c", script], { stdio: ["ignore", "pipe", "ignore"] });
  const lines: string[] = [];
  const exited = once(child, "close");
  const printed = new Promise<void>((resolve) => {
    createInterface(child.stdout).on("line", (line) => {
      lines.push(line);
      if (lines.filter((each) => each.includes(text)).length === times) resolve();
    });
  });
  return { lines, exited, printed };
};

test("the README's first commands start a session and end it", async () => {
  await using server = await startTemporaryServer();
  const [, block = ""] = shellBlocksOf(readme, server.url);
  const { stdout } = await promisify(execFile)("bash", ["-c", block]);
  expect(stdout).toMatch(/^\{"success":true,"message":"Session [0-9a-f-]{36} deleted successfully"\}$/);
});

test("the README's demonstration in two terminals ends as described", async () => {
  await using server = await startTemporaryServer();
  const [first = "", second = "", third = ""] = shellBlocks("See it happen", server.url);
  const listening = runTerminal(first.replace('"delayMs": 1000', '"delayMs": 200'), "message.delta", 3);
  await listening.printed;

  const { stdout } = await promisify(execFile)("bash", ["-c", `${second}\n${third}`]);
  expect(stdout).toMatch(/"success":true,"message":"Session \S+ deleted successfully"/);
  expect(stdout).toContain('"code":"SESSION_NOT_FOUND"');
  expect(stdout.match(/"isAgent":(true|false)/g)).toEqual(['"isAgent":false']);
  expect(stdout).toContain('"listenersDropped":1,"operationsAborted":1');

  expect(await listening.exited).toEqual([0, null]);
  const events = listening.lines.filter((line) => line.startsWith("data: "));
  const last: unknown = JSON.parse(events.at(-1)?.slice("data: ".length) ?? "");
  expect(last).toMatchObject({ type: "session.ended", cause: "requested", reason: "enough" });
  expect(events.some((event) => event.includes('"type":"message"'))).toBe(false);
});
