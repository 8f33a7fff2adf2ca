import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { expect, test } from "vitest";
import { temporaryRepo } from "./temporary-repo.js";

const program = `
  setInterval(() => {}, 60_000);
  process.on("SIGTERM", () => { console.log("told to stop"); process.exit(0); });
  console.log("running");
`;

test("a program whose npm was told to stop is told too", async () => {
  using repo = temporaryRepo({ "program.mjs": program });
  const preload = new URL("./leave-with-npm.mjs", import.meta.url).href;
  const line = `"${process.execPath}" --import "${preload}" "${join(repo.root, "program.mjs")}"; true`;
  const shell = spawn("sh", ["-c", line], { stdio: ["ignore", "pipe", "inherit"] });
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
