import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { expect, test } from "vitest";
import { temporaryRepo } from "../../checks/temporary-repo.js";

/** Prints each request to stop, and exits a second later. */
const program = `
  setInterval(() => {}, 60_000);
  for (const signal of ["SIGTERM", "SIGINT"])
    process.on(signal, () => { console.log("asked to stop"); setTimeout(() => process.exit(0), 1_000); });
  console.log("running");
`;

const run = (root: string) => {
  const preload = new URL("./stop-with-npm.mjs", import.meta.url).href;
  const line = `"${process.execPath}" --import "${preload}" "${join(root, "program.mjs")}"; true`;
  return spawn("sh", ["-c", line], { stdio: ["ignore", "pipe", "inherit"], detached: true });
};

test("a program whose npm was asked to stop is asked too", async () => {
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
  expect(lines).toEqual(["running", "asked to stop"]);
});

test.each(["SIGTERM", "SIGINT"] as const)(
  "a program that gets %s together with its npm gets it once",
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
    expect(lines).toEqual(["running", "asked to stop"]);
  },
);

test("a signal ends a program without a handler", async () => {
  using repo = temporaryRepo({ "program.mjs": 'setInterval(() => {}, 60_000); console.log("running");' });
  const shell = run(repo.root);
  const reader = createInterface(shell.stdout);
  reader.on("line", () => shell.pid && process.kill(-shell.pid, "SIGTERM"));
  await once(reader, "close");
});
