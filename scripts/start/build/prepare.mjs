import { spawn } from "node:child_process";
import { join } from "node:path";
import { isBuilt, noteBuilt, sourceHash } from "./build-stamp.mjs";
import { isInstalled, noteInstalled } from "./installed.mjs";

/** A step that did not work out; its message is the one line to print. */
export class StepFailed extends Error {}

/**
 * Runs a program to its end, and says every ten seconds that it still does.
 * @param {string} doing what to say of it, such as `Installing`
 * @param {string} command
 * @param {string[]} args
 * @param {string} root
 */
const step = (doing, command, args, root) =>
  new Promise((resolve, reject) => {
    const start = Date.now();
    const seconds = () => Math.round((Date.now() - start) / 1000);
    console.log(`${doing} …`);
    const ticking = setInterval(() => console.log(`${doing} … ${seconds()} s`), 10_000);
    const windows = process.platform === "win32";
    const child = spawn(command, args, {
      cwd: root,
      stdio: ["ignore", "inherit", "inherit"],
      shell: windows,
    });
    /** @type {NodeJS.Signals | null} */
    let received = null;
    const pass = (/** @type {NodeJS.Signals} */ signal) => {
      received = signal;
      child.kill(signal);
    };
    process.on("SIGINT", pass).on("SIGTERM", pass);
    const done = () => {
      clearInterval(ticking);
      process.off("SIGINT", pass).off("SIGTERM", pass);
    };
    child.on("error", (error) => {
      done();
      reject(new StepFailed(`${doing} failed: ${error.message}`));
    });
    child.on("exit", (code, signal) => {
      done();
      // turbo ends with 0 where it was asked to stop half-way.
      if (received !== null) reject(new StepFailed(`${doing} was stopped (${received}).`));
      else if (code === 0) resolve(undefined);
      else reject(new StepFailed(`${doing} failed, see above (${signal ?? `exit code ${code}`}).`));
    });
  });

/**
 * Installs and builds what is missing or older than its sources; says nothing where all is there.
 * @param {string} root
 */
export const prepare = async (root) => {
  if (!isInstalled(root)) {
    await step("Installing", "npm", ["ci", "--include=dev", "--no-audit", "--no-fund"], root);
    noteInstalled(root);
  }
  const hash = sourceHash(root);
  if (isBuilt(root, hash)) return;
  const turbo = join(root, "node_modules/turbo/bin/turbo");
  await step("Building", process.execPath, [turbo, "run", "build", "--output-logs=errors-only"], root);
  noteBuilt(root, hash);
};
