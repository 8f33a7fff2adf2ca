import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { readFile } from "node:fs/promises";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("../../../..", import.meta.url));

/** The command of an example's README. */
const commandLine = async (example: string): Promise<string> => {
  const readme = await readFile(`${root}/examples/${example}/README.md`, "utf8");
  const command = /```sh\n(.+)\n```/.exec(readme)?.[1];
  if (command === undefined) throw new Error("the README names no command");
  return command;
};

/** Runs the command of an example's README in the root of the repository, as a group of processes of its own. */
export const startExample = async (example: string, env: NodeJS.ProcessEnv): Promise<ChildProcess> =>
  spawn("sh", ["-c", `exec ${await commandLine(example)}`], {
    cwd: root,
    // The sources, as in every test.
    env: { ...process.env, NODE_OPTIONS: "--conditions=adjourn-source", ...env },
    stdio: ["ignore", "pipe", "inherit"],
    detached: true,
  });

const linesOf = ({ stdout }: ChildProcess) => {
  if (!stdout) throw new Error("no output");
  return createInterface(stdout);
};

/** The first line that the program writes. */
export const firstLine = async (program: ChildProcess): Promise<string> => {
  const [line] = await once(linesOf(program), "line");
  return line;
};

/** The lines that a program has written by its end, and the status that it ended with. */
export const outcomeOf = async (
  program: ChildProcess,
): Promise<{ lines: string[]; status: number | null }> => {
  const lines: string[] = [];
  linesOf(program).on("line", (line) => lines.push(line));
  const [status] = await once(program, "close");
  return { lines, status };
};

export const killExample = ({ exitCode, pid }: ChildProcess): void => {
  if (exitCode === null && pid !== undefined) process.kill(-pid, "SIGKILL");
};
