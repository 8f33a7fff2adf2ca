import { fork } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";

export interface Call {
  readonly method: string;
  readonly path: string;
  readonly body?: string;
}

export interface Job {
  readonly port: number;
  readonly connections: number;
  /** Each is sent once, on the next connection that is free; all of them again until `total` is reached. */
  readonly calls: readonly Call[];
  readonly total: number;
  readonly keepBodies?: boolean;
}

export interface Load {
  readonly perSecond: number;
  /** The bodies of the answers in the order of the calls, where they are kept. */
  readonly bodies: readonly string[];
  /** How long each answer took in ms, sorted. */
  readonly latencies: readonly number[];
}

/** A process that sends calls on keep-alive connections, each of which sends its next call after the last answer. */
export const openHttpLoad = async () => {
  const file = fileURLToPath(new URL("./http-load-process.ts", import.meta.url));
  const child = fork(file, { execArgv: ["--import", "tsx"], serialization: "advanced" });
  await once(child, "message");
  return {
    /** @throws Error if a status is not a success */
    run: async (job: Job): Promise<Load> => {
      const answered = once(child, "message");
      child.send(job);
      const [result] = (await answered) as [Load | { readonly error: string }];
      if ("error" in result) throw new Error(result.error);
      return result;
    },
    [Symbol.asyncDispose]: async () => {
      const exited = once(child, "exit");
      child.kill();
      await exited;
    },
  };
};

export type HttpLoad = Awaited<ReturnType<typeof openHttpLoad>>;
