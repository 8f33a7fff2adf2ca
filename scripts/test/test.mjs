import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { requireNode } from "../start/build/node-version.mjs";
import { countTests } from "./test-counts.mjs";

requireNode("Adjourn's tests");
await import("../start/settings/disable-telemetry.mjs");
const { prepare, StepFailed } = await import("../start/build/prepare.mjs");

const root = fileURLToPath(new URL("../..", import.meta.url));
const folder = mkdtempSync(join(tmpdir(), "adjourn-test-"));
const reportFile = join(folder, "report.json");

const runVitest = async () => {
  const vitest = join(root, "node_modules/vitest/vitest.mjs");
  const reporters = ["--reporter=default", "--reporter=json", `--outputFile.json=${reportFile}`];
  const child = spawn(process.execPath, [vitest, "run", ...reporters, ...process.argv.slice(2)], {
    cwd: root,
    stdio: "inherit",
  });
  const pass = (/** @type {NodeJS.Signals} */ signal) => child.kill(signal);
  process.on("SIGINT", pass).on("SIGTERM", pass);
  const [code] = await once(child, "exit");
  return code === 0;
};

try {
  await prepare(root);
  const passed = await runVitest();
  const report = existsSync(reportFile) ? JSON.parse(readFileSync(reportFile, "utf8")) : null;
  const counts = countTests(report, passed);
  for (const name of counts.skippedNames) console.log(`skipped: ${name}`);
  console.log(`${counts.passed} passed, ${counts.failed} failed, ${counts.skipped} skipped`);
  process.exitCode = counts.failed === 0 ? 0 : 1;
} catch (error) {
  console.error(error instanceof StepFailed ? error.message : error);
  console.log("0 passed, 1 failed, 0 skipped");
  process.exitCode = 1;
} finally {
  rmSync(folder, { recursive: true, force: true });
}
