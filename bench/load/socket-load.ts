import { fork } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";

/** Opens WebSockets. `opening` are text frames that each sends at once; `started` is in the last text that each awaits. */
export interface OpenSockets {
  readonly port: number;
  readonly paths: readonly string[];
  readonly opening?: readonly string[];
  readonly started?: string;
}

/** Sends an HTTP call, and waits until every socket has received `text`, or has been closed where that is null. */
export interface AwaitAll {
  readonly method: string;
  readonly path: string;
  readonly body?: string;
  readonly text: string | null;
}

/** A process with many WebSockets. */
export const openSocketLoad = async () => {
  const file = fileURLToPath(new URL("./socket-load-process.ts", import.meta.url));
  const child = fork(file, { execArgv: ["--import", "tsx"], serialization: "advanced" });
  await once(child, "message");
  const ask = async (job: OpenSockets | AwaitAll): Promise<number> => {
    const answered = once(child, "message");
    child.send(job);
    const [result] = (await answered) as [number | string];
    if (typeof result === "string") throw new Error(result);
    return result;
  };
  return {
    open: ask as (job: OpenSockets) => Promise<number>,
    /** @returns the time from the call to the last socket, in ms */
    awaitAll: ask as (job: AwaitAll) => Promise<number>,
    [Symbol.asyncDispose]: async () => {
      const exited = once(child, "exit");
      child.kill();
      await exited;
    },
  };
};
