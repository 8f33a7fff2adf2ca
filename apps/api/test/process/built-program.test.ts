import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { cp, mkdir, readdir, readFile, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { freePort } from "@adjourn/testkit";
import { expect, it } from "vitest";
import { startOtlpReceiver } from "../setup/otlp-receiver.js";
import { temporaryFolder } from "../setup/server-process.js";

const root = fileURLToPath(new URL("../../../..", import.meta.url));
const built = join(root, "apps/api/dist");

/** Runs a built program with the given environment only. Stops it when the test ends. */
const spawnBuilt = (main: string, folder: string, env: Readonly<Record<string, string>> = {}) => {
  const child = spawn(process.execPath, [main], {
    cwd: folder,
    env: { PATH: process.env.PATH, PORT: "0", DATABASE_URL: `file:${join(folder, "adjourn.db")}`, ...env },
    stdio: ["ignore", "pipe", "pipe"],
  });
  return { child, [Symbol.asyncDispose]: () => stop(child) };
};

const stop = async (child: ChildProcess): Promise<void> => {
  if (child.exitCode !== null || child.signalCode !== null) return;
  child.kill("SIGKILL");
  await once(child, "exit");
};

/** The first line that `find` recognises; rejects with the error output if the process ends without it. */
const firstLine = ({ stdout, stderr }: ChildProcess, find: (line: string) => string | undefined) =>
  new Promise<string>((resolve, reject) => {
    let errors = "";
    stderr?.on("data", (chunk) => {
      errors += chunk;
    });
    if (!stdout) return reject(new Error("no output to read"));
    const lines = createInterface({ input: stdout });
    lines.on("line", (line) => {
      const found = find(line);
      if (found !== undefined) resolve(found);
    });
    stderr?.once("close", () => reject(new Error(`the process ended: ${errors}`)));
  });

it("the built server needs nothing of this repository but its folder and the native driver", async () => {
  await using folder = await temporaryFolder();
  const { path } = folder;
  await cp(built, join(path, "dist"), { recursive: true });
  await writeFile(join(path, "package.json"), JSON.stringify({ type: "module" }));
  await mkdir(join(path, "node_modules"));
  await symlink(join(root, "node_modules/libsql"), join(path, "node_modules/libsql"), "junction");
  await using server = spawnBuilt(join(path, "dist/main.js"), path, { SOCKET_IO: "on" });
  const url = await firstLine(server.child, (line) => /"url":"([^"]+)"/.exec(line)?.[1]);
  for (const place of ["/readyz", "/openapi.json", "/docs", "/metrics"])
    expect([place, (await fetch(url + place)).status]).toEqual([place, 200]);
  const handshake = await fetch(`${url}/socket.io/?EIO=4&transport=polling`);
  expect(handshake.status).toBe(200);
});

it("the built server brings the driver of Postgres", async () => {
  await using folder = await temporaryFolder();
  const port = String(await freePort());
  await using server = spawnBuilt(join(built, "main.js"), folder.path, {
    DATABASE_URL: `postgres://nobody@127.0.0.1:${port}/none`,
  });
  const waits = (line: string) => (line.includes("waiting for it") ? line : undefined);
  expect(await firstLine(server.child, waits)).toContain("ECONNREFUSED");
});

/** Whether the SDK is in any of the files that the built server loads until it is stopped. */
const loadsSdk = async (env: Readonly<Record<string, string>>): Promise<boolean> => {
  await using folder = await temporaryFolder();
  const coverage = join(folder.path, "coverage");
  await using server = spawnBuilt(join(built, "main.js"), folder.path, {
    NODE_V8_COVERAGE: coverage,
    DRAIN_SECONDS: "10",
    ...env,
  });
  const url = await firstLine(server.child, (line) => /"url":"([^"]+)"/.exec(line)?.[1]);
  await fetch(`${url}/api/agents`);
  const exited = once(server.child, "exit");
  server.child.kill("SIGTERM");
  expect(await exited).toEqual([0, null]);
  let reports = "";
  for (const name of await readdir(coverage)) reports += await readFile(join(coverage, name), "utf8");
  const files = new Set([...reports.matchAll(/"url":"(file:[^"]*dist[^"]*\.js)"/g)].map(([, file]) => file));
  const texts = await Promise.all([...files].map((file) => readFile(new URL(file ?? ""), "utf8")));
  // A report of nothing would prove nothing.
  expect(texts.join()).toContain("adjourn_http_requests_total");
  return texts.some((text) => /BatchSpanProcessor|OTLPTraceExporter/.test(text));
};

it("the built server loads no SDK for traces without an endpoint", async () => {
  expect(await loadsSdk({ OTEL_SERVICE_NAME: "chat" })).toBe(false);
});

it("nor where the SDK is disabled", async () => {
  const endpoint = { OTEL_EXPORTER_OTLP_ENDPOINT: "http://127.0.0.1:9" };
  expect(await loadsSdk({ ...endpoint, OTEL_SDK_DISABLED: "true" })).toBe(false);
});

it("with an endpoint it does", async () => {
  await using receiver = await startOtlpReceiver();
  expect(await loadsSdk({ OTEL_EXPORTER_OTLP_ENDPOINT: receiver.url })).toBe(true);
  expect(receiver.spans.map(({ name }) => name)).toContain("listAgents");
});

it("a stack in the log of the built server names source files", async () => {
  await using folder = await temporaryFolder();
  const failing = `import { Server } from "node:net"; Server.prototype.listen = () => { throw new Error("no listening"); };`;
  await using server = spawnBuilt(join(built, "main.js"), folder.path, {
    NODE_OPTIONS: `--import=data:text/javascript,${encodeURIComponent(failing)}`,
  });
  const logged = await firstLine(server.child, (line) => (line.includes("no listening") ? line : undefined));
  const { error } = JSON.parse(logged) as { error: { stack: string } };
  expect(error.stack).toMatch(/packages[\\/]server[\\/]src[\\/]start-server\.ts:\d+:\d+/);
  expect(error.stack).toMatch(/apps[\\/]api[\\/]src[\\/]run-server\.ts:\d+:\d+/);
});
