import { spawn } from "node:child_process";
import { fileURLToPath } from "node:url";

/**
 * @typedef {object} Program
 * @property {string} name what to call it
 * @property {string} file the JavaScript to run
 * @property {Record<string, string | undefined>} env
 * @property {string} address answers once it is ready
 */

const sameSignalMs = 500;
const leaveWithParent = new URL("./leave-with-parent.mjs", import.meta.url).href;

/** @param {Program} program */
const run = ({ file, env }) =>
  spawn(process.execPath, ["--import", leaveWithParent, file], {
    cwd: fileURLToPath(new URL("..", import.meta.url)),
    env,
    stdio: ["ignore", "inherit", "inherit", "ipc"],
    // A process group of its own: a terminal's Ctrl-C reaches us alone, and each program is told once.
    detached: process.platform !== "win32",
  });

/**
 * @param {string} address
 * @param {AbortSignal} signal
 */
const answers = async (address, signal) => {
  for (;;) {
    signal.throwIfAborted();
    try {
      const response = await fetch(address, { signal, redirect: "manual" });
      await response.arrayBuffer();
      if (response.status < 500) return;
    } catch {
      // Not listening yet.
    }
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
};

/**
 * Runs programs until we are told to stop or, without `onLeft`, until one of them ends; then stops the rest.
 * @param {readonly Program[]} programs
 * @param {object} options
 * @param {number} options.graceMs after which a program that was told to stop is killed
 * @param {() => void} options.onReady
 * @param {(what: string) => void} [options.onLeft] where it is given, the rest go on without a program that ended
 * @returns {Promise<string | null>} what went wrong in one line, null where we were told to stop
 */
export const runTogether = (programs, { graceMs, onReady, onLeft }) =>
  new Promise((resolve) => {
    /** @type {string | null} */
    let problem = null;
    let stoppingSince = 0;
    const waiting = new AbortController();
    const running = new Map(programs.map((program) => [program.name, run(program)]));

    const tell = (/** @type {NodeJS.Signals} */ signal) => {
      for (const child of running.values()) child.kill(signal);
    };
    const stop = () => {
      waiting.abort();
      if (stoppingSince !== 0) {
        // A terminal's Ctrl-C comes twice at once, from itself and from npm; whoever asks again later won't wait.
        if (performance.now() - stoppingSince > sameSignalMs) tell("SIGKILL");
        return;
      }
      stoppingSince = performance.now();
      tell("SIGTERM");
      setTimeout(() => tell("SIGKILL"), graceMs).unref();
    };
    const signals = /** @type {const} */ (["SIGINT", "SIGTERM", "SIGHUP"]);
    for (const signal of signals) process.on(signal, stop);

    const left = (/** @type {string} */ name, /** @type {string} */ how) => {
      if (!running.delete(name)) return;
      if (stoppingSince === 0) {
        problem = `${name} ${how}`;
        if (!onLeft) stop();
        else if (running.size > 0) onLeft(problem);
      }
      if (running.size > 0) return;
      for (const signal of signals) process.off(signal, stop);
      resolve(onLeft && stoppingSince !== 0 ? null : problem);
    };
    for (const [name, child] of running) {
      child.on("error", (error) => left(name, `could not be started: ${error.message}`));
      child.on("exit", (code, signal) => left(name, `ended with ${signal ?? code}`));
    }
    Promise.all(programs.map(({ address }) => answers(address, waiting.signal))).then(onReady, () => {});
  });
