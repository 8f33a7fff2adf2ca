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
 * Resolves with the first answer that is enough; rejects when the program is given up.
 * @param {string} address
 * @param {AbortSignal} signal
 * @param {(status: number) => boolean} isEnough
 */
const answers = async (address, signal, isEnough) => {
  for (;;) {
    signal.throwIfAborted();
    try {
      const response = await fetch(address, { signal, redirect: "manual" });
      await response.arrayBuffer();
      if (isEnough(response.status)) return;
    } catch {
      // Not listening yet.
    }
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
};

/**
 * Runs programs until we are told to stop or, without `onLeft`, until one of them ends; then stops the rest. Each
 * starts when the one before it answers, so that one which can't start has the last word.
 * @param {readonly Program[]} programs
 * @param {object} options
 * @param {number} options.graceMs after which a program that was told to stop is killed
 * @param {() => void} options.onReady
 * @param {(what: string) => void} [options.onLeft] where it is given, the rest go on without a program that ended
 * once all had started
 * @returns {Promise<{ ok: boolean, problem: string | null }>} `ok` where we were told to stop; `problem` is what went
 * wrong in one line, null where the program has said it itself
 */
export const runTogether = (programs, { graceMs, onReady, onLeft }) =>
  new Promise((resolve) => {
    /** @type {{ ok: boolean, problem: string | null }} */
    let outcome = { ok: true, problem: null };
    let stoppingSince = 0;
    const waiting = new AbortController();
    /** @type {Map<string, import("node:child_process").ChildProcess>} */
    const running = new Map();
    const answering = new Set();

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

    const left = (/** @type {string} */ name, /** @type {string} */ how, hasSaidWhy = false) => {
      if (!running.delete(name)) return;
      const problem = `${name} ${how}`;
      const mayGoOn = onLeft && answering.size === programs.length && running.size > 0;
      if (stoppingSince === 0 && mayGoOn) onLeft(problem);
      else if (stoppingSince === 0) {
        outcome = { ok: false, problem: hasSaidWhy ? null : problem };
        stop();
      }
      if (running.size > 0) return;
      for (const signal of signals) process.off(signal, stop);
      resolve(outcome);
    };
    const start = (/** @type {Program} */ program) => {
      const { name } = program;
      const child = run(program);
      running.set(name, child);
      child.on("error", (error) => left(name, `could not be started: ${error.message}`));
      child.on("exit", (code, signal) =>
        left(name, `ended with ${signal ?? code}`, code === 1 && !answering.has(name)),
      );
    };
    const startAll = async () => {
      for (const program of programs) {
        start(program);
        await answers(program.address, waiting.signal, () => true);
        answering.add(program.name);
      }
      const isWell = (/** @type {number} */ status) => status < 500;
      await Promise.all(programs.map(({ address }) => answers(address, waiting.signal, isWell)));
      onReady();
    };
    // It is given up only where we stop.
    startAll().catch(() => {});
  });
