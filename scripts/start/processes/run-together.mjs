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
const stopWithParent = new URL("./stop-with-parent.mjs", import.meta.url).href;

/** @param {Program} program */
const run = ({ file, env }) =>
  spawn(process.execPath, ["--import", stopWithParent, file], {
    cwd: fileURLToPath(new URL("../../..", import.meta.url)),
    env,
    stdio: ["ignore", "inherit", "inherit", "ipc"],
    // In a process group of its own, so that a terminal's Ctrl-C reaches only this process, which signals each program once.
    detached: process.platform !== "win32",
  });

/**
 * Resolves with the first answer that satisfies `isEnough`. Rejects when `signal` fires.
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
 * Runs programs until this process is asked to stop or, without `onLeft`, until one of them ends; then stops the rest. Each
 * starts once the previous one answers, so that the error of a failed start is the last output.
 * @param {readonly Program[]} programs
 * @param {object} options
 * @param {number} options.graceMs after which a program that was asked to stop is killed
 * @param {() => void} options.onReady
 * @param {(what: string) => void} [options.onLeft] if given, the rest continue without a program that ended
 * after all had started
 * @returns {Promise<{ ok: boolean, problem: string | null }>} `ok` if this process was asked to stop; `problem` is the
 * error in one line, or null if the program has printed it itself
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

    const signalAll = (/** @type {NodeJS.Signals} */ signal) => {
      for (const child of running.values()) child.kill(signal);
    };
    const stop = () => {
      waiting.abort();
      if (stoppingSince !== 0) {
        // A terminal's Ctrl-C arrives twice, from itself and from npm. A later second signal means: stop now.
        if (performance.now() - stoppingSince > sameSignalMs) signalAll("SIGKILL");
        return;
      }
      stoppingSince = performance.now();
      signalAll("SIGTERM");
      setTimeout(() => signalAll("SIGKILL"), graceMs).unref();
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
    // It rejects only when this process stops.
    startAll().catch(() => {});
  });
