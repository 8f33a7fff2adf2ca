import { spawnSync } from "node:child_process";
import { copyFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterEach, beforeEach, expect, test } from "vitest";

let root: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), "adjourn-env-"));
  mkdirSync(join(root, "scripts/start/settings"), { recursive: true });
  for (const name of ["load-env.mjs", "disable-telemetry.mjs"])
    copyFileSync(fileURLToPath(new URL(name, import.meta.url)), join(root, "scripts/start/settings", name));
});
afterEach(() => rmSync(root, { recursive: true }));

const load = (env: NodeJS.ProcessEnv = {}) => {
  const args = [
    "--import",
    join(root, "scripts/start/settings/load-env.mjs"),
    "-e",
    "console.log(process.env.PORT)",
  ];
  const { status, stdout, stderr } = spawnSync(process.execPath, args, { env, encoding: "utf8" });
  return { status, stdout: stdout.trim(), stderr };
};

test("the file's settings count where the environment has none", () => {
  expect(load()).toMatchObject({ status: 0, stdout: "undefined" });
  writeFileSync(join(root, ".env"), "PORT=4000\n");
  expect(load()).toMatchObject({ status: 0, stdout: "4000" });
  expect(load({ PORT: "5000" })).toMatchObject({ status: 0, stdout: "5000" });
});

test("a folder in its place is refused in one line", () => {
  mkdirSync(join(root, ".env"));
  const { status, stderr } = load();
  expect(status).toBe(1);
  expect(stderr).toMatch(/^adjourn: \.env can't be read; allowed: .*\n$/);
});
