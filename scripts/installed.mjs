import { readFileSync } from "node:fs";
import { join } from "node:path";

/** @typedef {{ version?: string, integrity?: string, optional?: boolean, peer?: boolean, link?: boolean, extraneous?: boolean }} Locked */

/**
 * @param {string} path
 * @returns {Record<string, Locked>}
 */
const readLock = (path) => JSON.parse(readFileSync(path, "utf8")).packages;

/**
 * Whether node_modules holds what package-lock.json names. npm writes down what it installed, as its last step, so an
 * install that was cut off or is older than the lock shows.
 * @param {string} root
 */
export const isInstalled = (root) => {
  const wanted = readLock(join(root, "package-lock.json"));
  let present;
  try {
    present = readLock(join(root, "node_modules/.package-lock.json"));
  } catch {
    return false;
  }
  return Object.entries(wanted)
    .filter(([path, { optional }]) => path.includes("node_modules/") && !optional)
    .every(([path, { version, integrity }]) => {
      const found = present[path];
      return found !== undefined && found.version === version && found.integrity === integrity;
    });
};
