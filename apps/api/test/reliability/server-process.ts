import { spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("../../../..", import.meta.url));

/** `built` is what `npm run serve` runs; `source` needs no build and takes about a second more to start. */
export type Program = "source" | "built";

const argumentsOf: Readonly<Record<Program, readonly string[]>> = {
  source: ["--conditions=adjourn-source", "--import", "tsx", "apps/api/src/main.ts"],
  built: ["apps/api/dist/main.js"],
};

export interface ServerProcess extends AsyncDisposable {
  /** Resolves once it listens, with its address; rejects where it ends before that. */
  readonly listening: Promise<string>;
  /** SIGKILL: no handler runs, nothing is closed. Resolves once the process is gone. */
  kill(): Promise<void>;
}

/** The API server as a process of its own, on a free port. */
export const spawnServer = (
  program: Program,
  databaseUrl: string,
  env: Readonly<Record<string, string>> = {},
): ServerProcess => {
  const child = spawn(process.execPath, argumentsOf[program], {
    cwd: root,
    env: {
      ...process.env,
      NODE_OPTIONS: "",
      PORT: "0",
      LOG_LEVEL: "info",
      DATABASE_URL: databaseUrl,
      ...env,
    },
    stdio: ["ignore", "pipe", "inherit"],
  });
  const gone = once(child, "exit");
  const killWithParent = () => child.kill("SIGKILL");
  process.once("exit", killWithParent);
  const listening = new Promise<string>((resolve, reject) => {
    const lines = createInterface({ input: child.stdout });
    lines.on("line", (line) => {
      const { msg, url } = JSON.parse(line) as { msg?: string; url?: string };
      if (msg === "Listening" && url !== undefined) resolve(url);
    });
    gone.then(([code]) => reject(new Error(`the server ended with ${code} before it listened`)), reject);
  });
  // Who kills it while it starts does not wait for this.
  listening.catch(() => {});
  const kill = async (): Promise<void> => {
    child.kill("SIGKILL");
    await gone;
    process.off("exit", killWithParent);
  };
  return { listening, kill, [Symbol.asyncDispose]: kill };
};
