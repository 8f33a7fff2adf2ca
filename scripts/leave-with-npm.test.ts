import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { expect, test } from "vitest";
import { temporaryRepo } from "./temporary-repo.js";

/** Says each time that it is told to stop, and leaves a second later. */
const program = `
  setInterval(() => {}, 60_000);
  for (const signal of ["SIGTERM", "SIGINT"])
    process.on(signal, () => { console.log("told to stop"); setTimeout(() => process.exit(0), 1_000); });
  console.log("running");
`;

const run = (root: string) => {
  const preload = new URL("./leave-with-npm.mjs", import.meta.url).href;
  const line = `"${process.execPath}" --import "${preload}" "${join(root, "program.mjs")}"; true`;
  return spawn("sh", ["-c", line], { stdio: ["ignore", "pipe", "inherit"], detached: true });
};

test("a program whose npm was told to stop is told too", async () => {
  using repo = temporaryRepo({ "program.mjs": program });
  const shell = run(repo.root);
  const lines: string[] = [];
  const reader = createInterface(shell.stdout);
  reader.on("line", (each) => {
    lines.push(each);
    // As npm does: the shell, and nobody else.
    if (each === "running") shell.kill("SIGTERM");
  });
  await once(reader, "close");
  expect(lines).toEqual(["running", "told to stop"]);
});

test.each(["SIGTERM", "SIGINT"] as const)(
  "a program that is told %s together with its npm is told once",
  async (signal) => {
    using repo = temporaryRepo({ "program.mjs": program });
    const shell = run(repo.root);
    const lines: string[] = [];
    const reader = createInterface(shell.stdout);
    reader.on("line", (each) => {
      lines.push(each);
      // As a supervisor does: everyone in the group.
      if (each === "running" && shell.pid) process.kill(-shell.pid, signal);
    });
    await once(reader, "close");
    expect(lines).toEqual(["running", "told to stop"]);
  },
);

test("a program that hears no signal is ended by one", async () => {
  using repo = temporaryRepo({ "program.mjs": 'setInterval(() => {}, 60_000); console.log("running");' });
  const shell = run(repo.root);
  const reader = createInterface(shell.stdout);
  reader.on("line", () => shell.pid && process.kill(-shell.pid, "SIGTERM"));
  await once(reader, "close");
});
