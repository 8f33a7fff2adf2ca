import "../start/no-arguments.mjs";
import { fileURLToPath } from "node:url";
import { checkDependencies } from "./dependencies/check-dependencies.js";
import { checkLock } from "./dependencies/check-lock.js";
import { checkDocPaths } from "./documents/check-doc-paths.js";
import { checkCircles } from "./imports/check-circles.js";
import { checkImports } from "./imports/check-imports.js";

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
