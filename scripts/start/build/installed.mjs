import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";

const stampFile = "node_modules/.cache/adjourn-install";

/** @typedef {{ version?: string, integrity?: string, optional?: boolean, peer?: boolean, link?: boolean, extraneous?: boolean }} Locked */

/**
 * @param {string} path
 * @returns {Record<string, Locked>}
 */
const readLock = (path) => JSON.parse(readFileSync(path, "utf8")).packages;

/** @param {string} root */
const lockHash = (root) =>
  createHash("sha256")
    .update(readFileSync(join(root, "package-lock.json")))
    .digest("hex");

/**
 * Whether node_modules holds what package-lock.json names. npm writes down what it installed, as its last step, so an
 * install that was cut off or is older than the lock shows. What {@link noteInstalled} saw needs no comparing.
 * @param {string} root
 */
export const isInstalled = (root) => {
  if (!existsSync(join(root, "node_modules/.package-lock.json"))) return false;
  const stamp = join(root, stampFile);
  if (existsSync(stamp) && readFileSync(stamp, "utf8") === lockHash(root)) return true;
  const present = readLock(join(root, "node_modules/.package-lock.json"));
  return Object.entries(readLock(join(root, "package-lock.json")))
    .filter(([path, { optional }]) => path.includes("node_modules/") && !optional)
    .every(([path, { version, integrity }]) => {
      const found = present[path];
      return found !== undefined && found.version === version && found.integrity === integrity;
    });
};

/**
 * Remembers that an install from this lock went through, so that one which names more than is needed isn't run again.
 * @param {string} root
 */
export const noteInstalled = (root) => {
  mkdirSync(dirname(join(root, stampFile)), { recursive: true });
  writeFileSync(join(root, stampFile), lockHash(root));
};
