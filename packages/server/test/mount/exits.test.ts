import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, it } from "vitest";
import { echoId, sessionsPath, userId } from "./mounted.js";

const root = fileURLToPath(new URL("../../../..", import.meta.url));

/** Runs a program in a process of its own. @returns what it wrote, and how it left */
const run = async (source: string, env: NodeJS.ProcessEnv = {}) => {
  const program = spawn(
    process.execPath,
    ["--import", "tsx", "--conditions=adjourn-source", "--input-type=module", "--eval", source],
    { cwd: root, env: { ...process.env, ...env }, stdio: ["ignore", "pipe", "inherit"] },
  );
  let output = "";
  program.stdout.setEncoding("utf8").on("data", (text) => {
    output += text;
  });
  const [code, signal] = await once(program, "close");
  return { output, code, signal };
};

const servers = fileURLToPath(new URL("../../src/index.ts", import.meta.url));

it("a program that only imports it exits by itself, with no signal handlers installed", async () => {
  const ran = await run(`
    await import(${JSON.stringify(servers)});
    console.log(process.listenerCount("SIGTERM") + process.listenerCount("SIGINT") + process.listenerCount("uncaughtException"));
  `);
  expect(ran).toEqual({ output: "0\n", code: 0, signal: null });
});

it("a program that closes what it opened exits by itself", async () => {
  const folder = await mkdtemp(join(tmpdir(), "adjourn-exits-"));
  const ran = await run(
    `
    import { createServer } from "node:http";
    import { once } from "node:events";
    import { WebSocket } from "ws";
    const { createAdjourn } = await import(${JSON.stringify(servers)});
    const adjourn = await createAdjourn({ databaseUrl: process.env.DATABASE, logLevel: "silent" });
    const server = createServer(adjourn.handler).on("upgrade", adjourn.upgrade).listen(0, "127.0.0.1");
    await once(server, "listening");
    const { port } = server.address();
    const { sessionId } = await adjourn.sessions.createSession({ agentId: "${echoId}", userId: "${userId}" });
    const events = "127.0.0.1:" + port + "${sessionsPath}/" + sessionId + "/events";
    const stream = await fetch("http://" + events);
    const socket = new WebSocket("ws://" + events);
    await once(socket, "message");
    await adjourn.sessions.sendSessionMessage({ sessionId, content: "hi", transport: "websocket" });
    const closed = once(socket, "close");
    await adjourn.close();
    console.log((await closed)[0], (await stream.text()).includes("session.started"));
    console.log(await adjourn.sessions.getSession({ sessionId }).then(() => "answered", (error) => error.name));
    server.closeAllConnections();
    server.close();
    console.log(process.listenerCount("SIGTERM"));
    `,
    { DATABASE: `file:${join(folder, "adjourn.db")}` },
  );
  await rm(folder, { recursive: true });
  expect(ran).toEqual({
    output: expect.stringMatching(/^10\d\d true\n\w*Error\n0\n$/),
    code: 0,
    signal: null,
  });
});
