import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { chmod, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir, userInfo } from "node:os";
import { delimiter, join } from "node:path";
import { createInterface } from "node:readline";
import { freePort } from "@adjourn/testkit";

export interface PgBouncerSettings {
  readonly poolMode: "session" | "transaction" | "statement";
  /** Additional lines of its configuration. */
  readonly settings?: readonly string[];
  /** Parameters after `* = …`, for each connection to the server. */
  readonly database?: string;
}

export interface PgBouncer extends AsyncDisposable {
  readonly url: string;
}

/** Whether Debian's `pgbouncer` is installed. With `CI` set its absence is an error. */
export const findPgBouncer = (): string | null => {
  const folders = [...(process.env.PATH ?? "").split(delimiter), "/usr/sbin"];
  const found = folders.map((folder) => join(folder, "pgbouncer")).find((file) => existsSync(file));
  if (found !== undefined) return found;
  if (process.env.CI) throw new Error("pgbouncer is not installed");
  console.warn("SKIPPED: nothing is tested behind PgBouncer, which is not installed");
  return null;
};

/** Starts a PgBouncer in front of a Postgres. */
export const startPgBouncer = async (
  program: string,
  target: string,
  { poolMode, settings = [], database = "" }: PgBouncerSettings,
): Promise<PgBouncer> => {
  const server = new URL(target);
  const folder = await mkdtemp(join(tmpdir(), "adjourn-pgbouncer-"));
  const [config, users] = [join(folder, "pgbouncer.ini"), join(folder, "users.txt")];
  const port = await freePort();
  const to = `host=${server.hostname} port=${server.port || 5432}`;
  const lines = [
    "[databases]",
    `* = ${to} ${database}`,
    "[pgbouncer]",
    `listen_addr = 127.0.0.1`,
    `listen_port = ${port}`,
    "unix_socket_dir =",
    "auth_type = trust",
    `auth_file = ${users}`,
    `pool_mode = ${poolMode}`,
    "default_pool_size = 30",
    ...settings,
  ];
  await writeFile(config, `${lines.join("\n")}\n`);
  await writeFile(users, `"${server.username}" "${decodeURIComponent(server.password)}"\n`);
  for (const [path, mode] of [
    [folder, 0o755],
    [config, 0o644],
    [users, 0o644],
  ] as const)
    await chmod(path, mode);
  const child = spawn(program, [config], { stdio: ["ignore", "ignore", "pipe"], ...unprivileged() });
  await untilUp(child);
  const url = new URL(target);
  url.hostname = "127.0.0.1";
  url.port = String(port);
  return {
    url: url.href,
    [Symbol.asyncDispose]: async () => {
      const gone = once(child, "exit");
      child.kill("SIGKILL");
      await gone;
      await rm(folder, { recursive: true });
    },
  };
};

const untilUp = async (child: ChildProcess): Promise<void> => {
  const said: string[] = [];
  if (!child.stderr) throw new Error("pgbouncer has no output");
  for await (const line of createInterface({ input: child.stderr })) {
    said.push(line);
    if (!line.includes("process up")) continue;
    // It would block if nothing read its output.
    child.stderr.resume();
    return;
  }
  throw new Error(`pgbouncer did not start: ${said.join("\n")}`);
};

/** It refuses to run as root. */
const unprivileged = (): { uid?: number; gid?: number } => {
  if (userInfo().uid !== 0) return {};
  const id = (flag: string): number => Number(execFileSync("id", [flag, "postgres"], { encoding: "utf8" }));
  return { uid: id("-u"), gid: id("-g") };
};
