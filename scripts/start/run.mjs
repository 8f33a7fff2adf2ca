import { existsSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { requireNode } from "./build/node-version.mjs";

/**
 * @typedef {object} Command
 * @property {string} file the JavaScript to run, in this process
 * @property {readonly string[]} args its own arguments; those of the command line follow if `takesArguments`
 * @property {boolean} takesArguments
 * @property {readonly string[]} before modules that are loaded first, as paths from this folder
 */

const turbo = "node_modules/turbo/bin/turbo";
const loadEnv = "settings/load-env.mjs";
const setApiUrl = "settings/set-api-url.mjs";
const stopWithNpm = "processes/stop-with-npm.mjs";

/** @type {Readonly<Record<string, Command>>} */
const commands = {
  build: {
    file: turbo,
    args: ["run", "build"],
    takesArguments: true,
    before: ["settings/disable-telemetry.mjs"],
  },
  dev: { file: turbo, args: ["run", "dev"], takesArguments: true, before: [loadEnv, setApiUrl] },
  serve: {
    file: "apps/api/dist/main.js",
    args: [],
    takesArguments: false,
    before: [loadEnv, stopWithNpm],
  },
  dashboard: {
    file: "apps/dashboard/dist/serve.js",
    args: [],
    takesArguments: false,
    before: [loadEnv, setApiUrl, stopWithNpm],
  },
};

/**
 * Ends the process with one line.
 * @param {string} problem
 * @returns {never}
 */
const fail = (problem) => {
  console.error(problem);
  process.exit(1);
};

requireNode();
const root = fileURLToPath(new URL("../..", import.meta.url));
const [name = "", ...given] = process.argv.slice(2);
const command =
  commands[name] ?? fail(`Unknown command ${name}; allowed: ${Object.keys(commands).join(", ")}`);
const file = join(root, command.file);
process.argv = [process.execPath, file, ...given];
if (!command.takesArguments) await import("./no-arguments.mjs");
process.argv.splice(2, 0, ...command.args);
if (!existsSync(join(root, "node_modules/.package-lock.json")))
  fail("Nothing is installed yet: `npm ci` installs it, and `npm start` does all that is needed.");
if (!existsSync(file))
  fail("Nothing is built yet: `npm run build` builds it, and `npm start` does all that is needed.");
for (const module of command.before) await import(`./${module}`);
await import(pathToFileURL(file).href);
