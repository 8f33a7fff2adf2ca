import { existsSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { requireNode } from "./node-version.mjs";

// Loaded before a program that `npm run` starts, and before all else: what is missing is said in one line.
requireNode();
const root = fileURLToPath(new URL("..", import.meta.url));
const missing = !existsSync(join(root, "node_modules/.package-lock.json"))
  ? "Nothing is installed yet: `npm ci` installs it, and `npm start` does all that is needed."
  : !existsSync(process.argv[1] ?? "")
    ? "Nothing is built yet: `npm run build` builds it, and `npm start` does all that is needed."
    : null;
if (missing !== null) {
  console.error(missing);
  process.exit(1);
}
