/** The oldest minor of each major that will do; a newer major always does. */
const oldest = {
  Adjourn: { 20: 12 },
  /** What vitest needs. */
  "Adjourn's tests": { 20: 19, 22: 12 },
};

/** @typedef {keyof typeof oldest} Purpose */

/**
 * What is wrong with a version of Node, in one line; null where it will do.
 * @param {string} version such as `20.20.2`
 * @param {Purpose} purpose
 */
export const nodeProblem = (version, purpose = "Adjourn") => {
  const [major = 0, minor = 0] = version.split(".").map(Number);
  /** @type {Record<number, number>} */
  const minors = oldest[purpose];
  if (major >= 20 && minor >= (minors[major] ?? 0)) return null;
  const versions = Object.entries(minors).map(([major, minor]) => `${major}.${minor}`);
  const verb = purpose === "Adjourn" ? "needs" : "need";
  return `${purpose} ${verb} Node ${versions.join(", ")} or newer; this is ${version}.`;
};

/**
 * Ends the process with that line before anything newer than it is asked for.
 * @param {Purpose} [purpose]
 */
export const requireNode = (purpose) => {
  const problem = nodeProblem(process.versions.node, purpose);
  if (problem === null) return;
  console.error(problem);
  process.exit(1);
};
