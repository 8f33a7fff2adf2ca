const oldest = { major: 20, minor: 12 };

/**
 * What is wrong with a version of Node, in one line; null where it will do.
 * @param {string} version such as `20.20.2`
 */
export const nodeProblem = (version) => {
  const [major = 0, minor = 0] = version.split(".").map(Number);
  return major > oldest.major || (major === oldest.major && minor >= oldest.minor)
    ? null
    : `Adjourn needs Node ${oldest.major}.${oldest.minor} or newer; this is ${version}.`;
};

/** Ends the process with that line before anything newer than it is asked for. */
export const requireNode = () => {
  const problem = nodeProblem(process.versions.node);
  if (problem === null) return;
  console.error(problem);
  process.exit(1);
};
