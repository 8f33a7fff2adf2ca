import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";

const notSource =
  /^(node_modules|dist|\.next|\.turbo|data|next-env\.d\.ts)$|\.tsbuildinfo$|\.test(-d)?\.tsx?$|\.log$/;
const atRoot = ["package.json", "package-lock.json", "tsconfig.base.json", "turbo.json"];
const stampFile = "node_modules/.cache/adjourn-build";
const built = ["apps/api/dist/main.js", "apps/dashboard/.next/BUILD_ID", "apps/dashboard/dist/serve.js"];

/**
 * @param {string} folder
 * @returns {string[]}
 */
const filesIn = (folder) =>
  readdirSync(folder, { withFileTypes: true })
    .filter(({ name }) => !notSource.test(name))
    .flatMap((entry) =>
      entry.isDirectory() ? filesIn(join(folder, entry.name)) : [join(folder, entry.name)],
    );

/**
 * A hash of everything that a build reads.
 * @param {string} root
 */
export const sourceHash = (root) => {
  const hash = createHash("sha256").update(process.versions.node);
  const files = [
    ...atRoot.map((name) => join(root, name)),
    ...["packages", "apps"].flatMap((name) => filesIn(join(root, name))),
  ];
  for (const file of files.sort()) hash.update(`\0${file}\0`).update(readFileSync(file));
  return hash.digest("hex");
};

/**
 * Whether what stands built came from these sources; turbo knows it too, but takes seconds to say so.
 * @param {string} root
 * @param {string} hash
 */
export const isBuilt = (root, hash) => {
  if (![...built, stampFile].every((path) => existsSync(join(root, path)))) return false;
  return readFileSync(join(root, stampFile), "utf8") === hash;
};

/**
 * @param {string} root
 * @param {string} hash
 */
export const noteBuilt = (root, hash) => {
  mkdirSync(dirname(join(root, stampFile)), { recursive: true });
  writeFileSync(join(root, stampFile), hash);
};
