import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { freePort } from "@adjourn/testkit";

const serverMain = fileURLToPath(new URL("../../../api/dist/main.js", import.meta.url));
const dashboardMain = fileURLToPath(new URL("../../dist/serve.js", import.meta.url));
const readyWithinMs = 30_000;

type Env = Readonly<Record<string, string>>;

/** The production builds of the API and the dashboard, on free ports and with their own database. */
export interface Servers extends AsyncDisposable {
  readonly api: string;
  readonly dashboard: string;
  stopApi(): Promise<void>;
  startApi(): Promise<void>;
  /** The API accepts calls and answers none until `thawApi`. */
  freezeApi(): void;
  thawApi(): void;
  /** Restarts the dashboard in the same folder. */
  restartDashboard(): Promise<void>;
  /** The dashboard's output. */
  readonly log: () => string;
}

export const startServers = async (env: Env = {}): Promise<Servers> => {
  for (const file of [serverMain, dashboardMain])
    if (!existsSync(file)) throw new Error(`${file} is missing: run npm run build first`);
  const folder = await mkdtemp(join(tmpdir(), "adjourn-dashboard-"));
  const [apiPort, dashboardPort] = [await freePort(), await freePort()];
  const api = `http://127.0.0.1:${apiPort}`;
  const dashboard = `http://127.0.0.1:${dashboardPort}`;
  const settings = { PORT: String(apiPort), DASHBOARD_PORT: String(dashboardPort), ...env };
  const apiEnv = { ...settings, DATABASE_URL: `file:${join(folder, "adjourn.db")}`, DRAIN_SECONDS: "0" };

  let server = run(serverMain, apiEnv);
  const pageEnv = { ...settings, API_URL: api };
  // It keeps its own secret in the folder that it is started in.
  let page = run(dashboardMain, pageEnv, folder);
  const servers: Servers = {
    api,
    dashboard,
    log: () => page.output(),
    restartDashboard: async () => {
      await page.stop();
      page = run(dashboardMain, pageEnv, folder);
      await answers(`${dashboard}/icon.svg`, page.output);
    },
    stopApi: () => server.stop(),
    freezeApi: () => server.signal("SIGSTOP"),
    thawApi: () => server.signal("SIGCONT"),
    startApi: async () => {
      server = run(serverMain, apiEnv);
      await answers(`${api}/readyz`, server.output);
    },
    [Symbol.asyncDispose]: async () => {
      await Promise.all([server.stop(), page.stop()]);
      await rm(folder, { recursive: true, force: true });
    },
  };
  await Promise.all([
    answers(`${api}/readyz`, server.output),
    answers(`${dashboard}/icon.svg`, page.output),
  ]).catch(async (error: unknown) => {
    await servers[Symbol.asyncDispose]();
    throw error;
  });
  return servers;
};

const run = (main: string, env: Env, cwd = join(main, "../..")) => {
  const child: ChildProcess = spawn(process.execPath, [main], {
    cwd,
    // Nothing of the machine's own settings may leak into a test.
    env: { PATH: process.env.PATH, NODE_ENV: "production", NEXT_TELEMETRY_DISABLED: "1", ...env },
    stdio: ["ignore", "pipe", "pipe"],
  });
  let text = "";
  for (const stream of [child.stdout, child.stderr])
    stream?.on("data", (chunk) => {
      text += chunk;
    });
  const exited = once(child, "exit");
  return {
    output: () => text,
    signal: (name: NodeJS.Signals) => void child.kill(name),
    stop: async () => {
      if (child.exitCode === null && child.signalCode === null) {
        child.kill("SIGKILL");
        await exited;
      }
    },
  };
};

const answers = async (url: string, output: () => string): Promise<void> => {
  for (const until = Date.now() + readyWithinMs; Date.now() < until; ) {
    const isUp = await fetch(url).then(
      (response) => response.ok,
      () => false,
    );
    if (isUp) return;
    // There is nothing to await: the process says on no channel that a port is open.
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error(`${url} does not answer:\n${output()}`);
};
