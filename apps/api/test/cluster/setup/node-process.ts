import { spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { restWire, type Wire } from "../../setup/wires.js";
import { serverProgram } from "./server-program.js";

/** One node of a cluster: a process of its own on a free port. */
export interface ClusterNode extends AsyncDisposable {
  readonly url: string;
  readonly rest: Wire;
  /** What it has logged, a JSON object a line. */
  readonly log: readonly string[];
  /** It stands still until {@link resume}: its sockets stay open and its clock goes on. */
  pause(): void;
  resume(): void;
  /** SIGKILL, and until it is gone. */
  kill(): Promise<void>;
  /** SIGTERM, without waiting. */
  terminate(): void;
  /** The exit code, once it is gone. */
  readonly exited: Promise<number | null>;
}

/** The nodes that this process has started; a test that fails half way leaves none behind. */
const running = new Set<number>();
process.once("exit", () => {
  for (const pid of running) process.kill(pid, "SIGKILL");
});

export const startNode = async (env: Readonly<Record<string, string>>): Promise<ClusterNode> => {
  // Nothing of the machine's own settings may leak in.
  const child = spawn(process.execPath, [await serverProgram()], {
    env: { PATH: process.env.PATH, PORT: "0", ...env },
    stdio: ["ignore", "pipe", "pipe"],
  });
  const { pid } = child;
  if (pid !== undefined) running.add(pid);
  const log: string[] = [];
  let stderr = "";
  child.stderr.on("data", (chunk) => {
    stderr += chunk;
  });
  const exited = once(child, "exit").then(([code]): number | null => {
    if (pid !== undefined) running.delete(pid);
    return code;
  });
  const url = await new Promise<string>((resolve, reject) => {
    createInterface({ input: child.stdout }).on("line", (line) => {
      log.push(line);
      const found = /"url":"([^"]+)"/.exec(line)?.[1];
      if (found !== undefined) resolve(found);
    });
    void exited.then((code) => reject(new Error(`a node ended with ${code}: ${stderr}`)));
  });
  const kill = async (): Promise<void> => {
    child.kill("SIGKILL");
    await exited;
  };
  return {
    url,
    rest: restWire(url),
    log,
    pause: () => void child.kill("SIGSTOP"),
    resume: () => void child.kill("SIGCONT"),
    kill,
    terminate: () => void child.kill("SIGTERM"),
    exited,
    [Symbol.asyncDispose]: kill,
  };
};
