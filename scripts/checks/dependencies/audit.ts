import "../../start/no-arguments.mjs";
import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { judgeAudit, parseExceptions } from "./audit-rules.js";

const root = new URL("../../..", import.meta.url);
const exceptions = parseExceptions(readFileSync(new URL(".ci/audit-exceptions.json", root), "utf8"));
// What only builds and tests is not in anyone's hands; what runs is.
const audit = spawnSync("npm", ["audit", "--json", "--omit=dev"], {
  cwd: root,
  encoding: "utf8",
  timeout: 120_000,
});
const verdict = judgeAudit(audit.stdout, exceptions, new Date());

for (const line of verdict.lines) console.log(line);
if (verdict.failed) process.exitCode = 1;
