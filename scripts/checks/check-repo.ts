import "../start/no-arguments.mjs";
import { fileURLToPath } from "node:url";
import { checkCircles } from "./check-circles.js";
import { checkDependencies } from "./check-dependencies.js";
import { checkDocPaths } from "./check-doc-paths.js";
import { checkImports } from "./check-imports.js";
import { checkLock } from "./check-lock.js";

const root = fileURLToPath(new URL("../..", import.meta.url));
const checks = {
  imports: checkImports,
  circles: checkCircles,
  dependencies: checkDependencies,
  "paths in documents": checkDocPaths,
  lock: checkLock,
};

for (const [name, check] of Object.entries(checks)) {
  const findings = check(root);
  for (const finding of findings) console.error(finding);
  console.log(`${name}: ${findings.length === 0 ? "fine" : `${findings.length} found`}`);
  if (findings.length > 0) process.exitCode = 1;
}
