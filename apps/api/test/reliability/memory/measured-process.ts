import { fork } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

/** What a process holds, taken right after a garbage collection. */
export interface Measure {
  readonly heapBytes: number;
  readonly rssBytes: number;
  /** Open TCP connections. */
  readonly sockets: number;
  /** Timers that keep the process alive: those of the domain's clock are all of this kind. */
  readonly timers: number;
  /** Everything that keeps the process alive. */
  readonly resources: number;
  /** The event loop's delay since the last measure. */
  readonly slowestTurnMs: number;
  readonly p99TurnMs: number;
}

export interface PresenceRecord {
  readonly sessions: number;
  readonly listeners: number;
  readonly operations: number;
}

export interface MeasuredServer extends AsyncDisposable {
  readonly url: string;
  measure(): Promise<Measure>;
  /** What its hub holds, as `/metrics` has it. */
  held(): Promise<PresenceRecord>;
}

/** The server as a process of its own, so that nothing of its clients counts as its. */
export const startMeasuredServer = async (
  env: Readonly<Record<string, string>> = {},
): Promise<MeasuredServer> => {
  const folder = await mkdtemp(join(tmpdir(), "adjourn-measured-"));
  const program = fileURLToPath(new URL("./measured-server.ts", import.meta.url));
  const databaseUrl = `file:${join(folder, "adjourn.db")}`;
  const child = fork(program, {
    execArgv: ["--conditions=adjourn-source", "--import", "tsx"],
    env: {
      ...process.env,
      NODE_OPTIONS: "",
      PORT: "0",
      LOG_LEVEL: "error",
      DATABASE_URL: databaseUrl,
      ...env,
    },
  });
  const gone = once(child, "exit");
  const [url] = (await Promise.race([once(child, "message"), gone])) as [unknown];
  if (typeof url !== "string") throw new Error(`the server ended with ${url} before it listened`);
  return {
    url,
    measure: async () => {
      const answer = once(child, "message");
      child.send("measure");
      // The program beside this file sends nothing else.
      return ((await answer) as [Measure])[0];
    },
    held: async () => {
      const text = await (await fetch(`${url}/metrics`)).text();
      const read = (name: string) => Number(new RegExp(`^${name} (\\S+)$`, "m").exec(text)?.[1]);
      return {
        sessions: read("adjourn_held_sessions"),
        listeners: read("adjourn_listeners"),
        operations: read("adjourn_pending_operations"),
      };
    },
    [Symbol.asyncDispose]: async () => {
      child.kill("SIGKILL");
      await gone;
      await rm(folder, { recursive: true, force: true });
    },
  };
};
