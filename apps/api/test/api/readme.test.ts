import { spawn } from "node:child_process";
import { readFile } from "node:fs/promises";
import { expect, it } from "vitest";
import { startTestServer, until } from "../setup/test-server.js";

const readme = new URL("../../../../README.md", import.meta.url);

/** The three blocks of the walk through two terminals, aimed at another server. */
const readWalk = async (url: string): Promise<readonly string[]> => {
  const [, walk = ""] = (await readFile(readme, "utf8")).split("Two terminals");
  return [...walk.matchAll(/```sh\n(.*?)```/gs)]
    .slice(0, 3)
    .map(([, block = ""]) => block.replaceAll("http://127.0.0.1:3000", url));
};

const run = (script: string) => {
  const shell = spawn("sh", ["-c", script], { stdio: ["ignore", "pipe", "ignore"] });
  let output = "";
  shell.stdout.on("data", (chunk) => {
    output += chunk;
  });
  const done = new Promise<number | null>((resolve) => shell.once("close", resolve));
  return { output: () => output, done, stop: () => shell.kill() };
};

it("the README's walk through two terminals goes as it says", async () => {
  await using server = await startTestServer();
  const [first = "", second = "", third = ""] = await readWalk(server.url);
  const listening = run(first);
  await until(() => listening.output().includes("message.delta"), 15_000);
  const ending = run(`${second}\n${third}`);
  await ending.done;
  await listening.done;
  const lastEvent = listening.output().trim().split("\n\n").at(-1);
  expect(lastEvent).toContain('"type":"session.ended"');
  expect(lastEvent).toContain('"cause":"requested","reason":"enough"');
  expect(ending.output()).toMatch(/\{"success":true,"message":"Session [0-9a-f-]+ deleted successfully"\}/);
  expect(ending.output()).toContain('"code":"SESSION_NOT_FOUND"');
  expect(ending.output()).toContain("Tell me something long");
  expect(ending.output()).toContain('"listenersDropped":1,"operationsAborted":1');
  expect(ending.output()).not.toContain('"isAgent":true');
});
