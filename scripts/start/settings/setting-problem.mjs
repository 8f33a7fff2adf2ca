import { join } from "node:path";
import { pathToFileURL } from "node:url";

/** What reads the settings of each built program. */
const readers = [
  { file: "apps/api/dist/env.js", read: "readSettings" },
  { file: "apps/dashboard/dist/env.js", read: "readEnv" },
];

/**
 * What is wrong with the settings, in one line, as the built program says it that has them; null where nothing is.
 * Asked before anything starts, so that nothing else is said.
 * @param {string} root
 * @param {NodeJS.ProcessEnv} env
 */
export const settingProblem = async (root, env) => {
  for (const { file, read } of readers) {
    const program = await import(pathToFileURL(join(root, file)).href);
    try {
      program[read](env);
    } catch (error) {
      if (!(error instanceof Error) || error.name !== "SettingError") throw error;
      return error.message;
    }
  }
  return null;
};
