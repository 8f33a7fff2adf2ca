import { execFile } from "node:child_process";
import { readdirSync } from "node:fs";
import { chown, mkdtemp, rm } from "node:fs/promises";
import { tmpdir, userInfo } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { freePort } from "@adjourn/testkit";

const run = promisify(execFile);
const installed = "/usr/lib/postgresql";

export interface PostgresServer extends AsyncDisposable {
  readonly url: string;
  /** Stops at once, and has to recover when it is started again. */
  crash(): Promise<void>;
  start(): Promise<void>;
}

/** The newest version that Debian has put there, or whatever the path has. */
export const postgresProgram = (name: string): string => {
  try {
    const newest = readdirSync(installed).sort((a, b) => Number(b) - Number(a))[0];
    return newest === undefined ? name : join(installed, newest, "bin", name);
  } catch {
    return name;
  }
};

/**
 * A Postgres of our own in a temporary folder, for machines on which none runs.
 * @throws where its programs are not there
 */
export const startPostgres = async (): Promise<PostgresServer> => {
  const folder = await mkdtemp(join(tmpdir(), "adjourn-postgres-"));
  try {
    return await startIn(folder);
  } catch (error) {
    await rm(folder, { recursive: true, force: true });
    throw error;
  }
};

const startIn = async (folder: string): Promise<PostgresServer> => {
  const data = join(folder, "data");
  // Postgres refuses to run as root.
  const isRoot = userInfo().uid === 0;
  const asOwner = (file: string, flags: readonly string[]) =>
    isRoot
      ? run("runuser", ["-u", "postgres", "--", postgresProgram(file), ...flags], { cwd: folder })
      : run(postgresProgram(file), flags, { cwd: folder });
  if (isRoot) {
    const id = async (flag: string) => Number((await run("id", [flag, "postgres"])).stdout);
    await chown(folder, await id("-u"), await id("-g"));
  }
  const port = await freePort();
  const options = `-h 127.0.0.1 -p ${port} -k ${folder} -c fsync=off`;
  const control = (...flags: string[]) => asOwner("pg_ctl", ["-D", data, "-w", "-s", ...flags]);
  await asOwner("initdb", ["-D", data, "-U", "postgres", "-A", "trust", "--no-sync"]);
  const start = async () => void (await control("-l", join(folder, "log"), "-o", options, "start"));
  const crash = async () => void (await control("-m", "immediate", "stop"));
  await start();
  return {
    url: `postgres://postgres@127.0.0.1:${port}/postgres`,
    crash,
    start,
    [Symbol.asyncDispose]: async () => {
      await crash().catch(() => {});
      await rm(folder, { recursive: true, force: true });
    },
  };
};
