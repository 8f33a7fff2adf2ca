import { execFile } from "node:child_process";
import { once } from "node:events";
import { readFile, writeFile } from "node:fs/promises";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { promisify } from "node:util";
import { describe, expect, it } from "vitest";
import { runToExit, spawnServer, spawnWaiting, temporaryFolder } from "../setup/server-process.js";
import { hasReceived, listenerWires } from "../setup/subscribing.js";
import { adminKey, serviceKey, typewriterId, until } from "../setup/test-server.js";
import { createSession, restWire } from "../setup/wires.js";

describe("a process that is killed", () => {
  it("loses nothing that it had acknowledged: ended sessions stay ended, live ones live, and every message is stored", async () => {
    await using folder = await temporaryFolder();
    const env = { DATABASE_URL: `file:${join(folder.path, "adjourn.db")}` };
    const before = await spawnServer(env);
    const wire = restWire(before.url);
    const ended = await createSession(wire);
    const live = await createSession(wire, { agentId: typewriterId });
    const accepted: string[] = [];
    const send = async (index: number) => {
      const answer = await wire.call("sendSessionMessage", {
        sessionId: live.sessionId,
        content: `message ${index}`,
        metadata: { delayMs: 60_000 },
      });
      if (answer.status === 201) accepted.push(String(answer.body.id));
    };
    const sends = Array.from({ length: 60 }, (_, index) => send(index).catch(() => {}));
    const end = await wire.call("endSession", { sessionId: ended.sessionId, reason: "before the crash" });
    expect(end.status).toBe(200);
    await Promise.race(sends);
    await before.kill();
    await Promise.all(sends);

    await using after = await spawnServer(env);
    const again = restWire(after.url);
    expect(await again.call("getSession", { sessionId: ended.sessionId })).toMatchObject({ status: 404 });
    expect(await again.call("endSession", { sessionId: ended.sessionId })).toMatchObject({ status: 404 });
    expect((await again.call("listEndings")).body.endings).toMatchObject([
      { sessionId: ended.sessionId, reason: "before the crash" },
    ]);
    expect(await again.call("getSession", { sessionId: live.sessionId })).toMatchObject({ status: 200 });
    const { body } = await again.call("getSessionMessages", { sessionId: live.sessionId, limit: 100 });
    const ids = (body.messages as { id: string }[]).map(({ id }) => id);
    expect(accepted.length).toBeGreaterThan(0);
    expect(ids).toEqual(expect.arrayContaining(accepted));
  });
});

describe("a process that is asked to stop", () => {
  it("lets the reply under way finish, lets listeners go and exits with 0", async () => {
    await using folder = await temporaryFolder();
    await using server = await spawnServer({
      DATABASE_URL: `file:${join(folder.path, "adjourn.db")}`,
      DRAIN_SECONDS: "20",
    });
    const wire = restWire(server.url);
    const { sessionId } = await createSession(wire, { agentId: typewriterId });
    const received = listenerWires.map(({ listen }) => listen(server.url, sessionId));
    for (const one of received) await hasReceived(one, "session.started");
    const reply = wire.call("sendSessionMessage", {
      sessionId,
      content: "one two three",
      metadata: { delayMs: 100 },
      transport: "http",
    });
    for (const one of received) await hasReceived(one, "message.delta");
    server.process.kill("SIGTERM");
    expect((await reply).body.agentResponse).toMatchObject({ content: "one two three" });
    for (const one of received) one.leave();
    expect(await server.exited).toEqual({ code: 0, stderr: "" });
  });

  it("exits at once when it is asked twice", async () => {
    await using folder = await temporaryFolder();
    await using server = await spawnServer({ DATABASE_URL: `file:${join(folder.path, "adjourn.db")}` });
    const wire = restWire(server.url);
    const { sessionId } = await createSession(wire, { agentId: typewriterId });
    await wire.call("sendSessionMessage", { sessionId, content: "slow", metadata: { delayMs: 60_000 } });
    server.process.kill("SIGINT");
    await until(() => server.output().includes("Draining"));
    server.process.kill("SIGINT");
    expect((await server.exited).code).toBe(130);
  });
});

const hook =
  '"id": "00000000-0000-4000-8000-00000000000a", "name": "Hook", "kind": "webhook", "url": "http://127.0.0.1:1"';
const echo = '{"id": "00000000-0000-4000-8000-00000000000b", "name": "Mine", "kind": "echo"}';
describe("a process that waits for its database", () => {
  const env = { DATABASE_URL: "postgres://nobody@127.0.0.1:1/none" };

  it.each(["SIGTERM", "SIGINT"] as const)("stops when it gets %s", async (signal) => {
    await using waiting = await spawnWaiting(env);
    waiting.process.kill(signal);
    expect(await waiting.exited).toEqual({ code: 0, stderr: "" });
  });

  it("stops when it gets SIGTERM as the first process of a container", async ({ skip }) => {
    const container = ["unshare", "--pid", "--fork", "--kill-child"];
    const isAllowed = await promisify(execFile)("unshare", [...container.slice(1), "true"]).then(
      () => true,
      () => false,
    );
    if (!isAllowed) return skip("only root can start a process as the first of its own");
    await using waiting = await spawnWaiting(env, ...container);
    const { pid } = waiting.process;
    const children = await readFile(`/proc/${pid}/task/${pid}/children`, "utf8");
    process.kill(Number(children), "SIGTERM");
    expect(await waiting.exited).toEqual({ code: 0, stderr: "" });
  });
});

describe("a start that fails", () => {
  it.each<[string, NodeJS.ProcessEnv]>([
    ["PORT", { PORT: "many" }],
    ["HOST", { HOST: "0.0.0.0" }],
    ["HOST", { HOST: "192.0.2.1", ADJOURN_ADMIN_KEY: adminKey }],
    ["REDIS_URL", { REDIS_URL: "redis://127.0.0.1:6379" }],
    ["ADJOURN_ADMIN_KEY", { ADJOURN_ADMIN_KEY: "short" }],
    ["AGENTS_FILE", { AGENTS_FILE: "./there-is-no-such-file.json" }],
  ])("says so in one line that names %s, for %j", async (name, env) => {
    await using folder = await temporaryFolder();
    const { code, stderr } = await runToExit({
      PORT: "0",
      DATABASE_URL: `file:${join(folder.path, "adjourn.db")}`,
      ...env,
    });
    expect(code).toBe(1);
    expect(stderr).toMatch(new RegExp(`^adjourn: ${name}\\b.*\\n$`));
    expect(stderr).not.toContain("short,");
  });

  it.each<[string, string | Buffer]>([
    ["nested deeply", `${"[".repeat(300_000)}${"]".repeat(300_000)}`],
    ["with a variable that every object has", `[{${hook}, "secretEnv": "__proto__"}]`],
    ["with a variable that every object has", `[{${hook}, "secretEnv": "constructor"}]`],
    ["with a key that every object has", `[{${hook}, "__proto__": {"secretEnv": "x"}, "secretEnv": 1}]`],
    ["with an id twice", `[${echo}, ${echo}]`],
    ["longer than 1 MiB", `[${" ".repeat(1_048_576)}]`],
    ["not in UTF-8", Buffer.from([0xff, 0xfe, 0x5b, 0x00, 0x5d, 0x00])],
  ])("says so in one line for an agents file %s", async (_, content) => {
    await using folder = await temporaryFolder();
    const file = join(folder.path, "agents.json");
    await writeFile(file, content);
    const { code, stderr } = await runToExit({
      PORT: "0",
      DATABASE_URL: `file:${join(folder.path, "adjourn.db")}`,
      AGENTS_FILE: file,
    });
    expect(code).toBe(1);
    expect(stderr).toMatch(/^adjourn: AGENTS_FILE .{1,400}; allowed: .*\n$/);
  });

  it("names PORT where another process has it", async () => {
    await using folder = await temporaryFolder();
    const other = createServer().listen(0, "127.0.0.1");
    await once(other, "listening");
    const { port } = other.address() as AddressInfo;
    const { code, stderr } = await runToExit({
      PORT: String(port),
      DATABASE_URL: `file:${join(folder.path, "adjourn.db")}`,
    });
    other.close();
    expect(code).toBe(1);
    expect(stderr).toMatch(new RegExp(`^adjourn: PORT is "${port}", which is in use.*\\n$`));
  });

  it("shows no password that stands among a database's parameters", async () => {
    const { code, stderr } = await runToExit({
      PORT: "0",
      DATABASE_URL: "postgres://127.0.0.1:1/x?password=nobody-may-read-this&unknown=of",
    });
    expect(code).toBe(1);
    expect(stderr).toMatch(/^adjourn: DATABASE_URL\b.*"unknown".*\n$/);
    expect(stderr).not.toContain("nobody-may-read-this");
  });

  it("names DATABASE_URL where another process has the file", async () => {
    await using folder = await temporaryFolder();
    const env = { PORT: "0", DATABASE_URL: `file:${join(folder.path, "adjourn.db")}` };
    await using server = await spawnServer(env);
    const { code, stderr } = await runToExit(env);
    expect(code).toBe(1);
    expect(stderr).toMatch(/^adjourn: DATABASE_URL\b.*\n$/);
    expect((await restWire(server.url).call("listAgents")).status).toBe(200);
  });
});

describe("the log", () => {
  it("never has a key, a token or a ticket in it", async () => {
    await using folder = await temporaryFolder();
    await using server = await spawnServer({
      DATABASE_URL: `file:${join(folder.path, "adjourn.db")}`,
      ADJOURN_ADMIN_KEY: adminKey,
      ADJOURN_SERVICE_KEY: serviceKey,
      LOG_LEVEL: "trace",
    });
    const wire = restWire(server.url, { key: serviceKey });
    const { token, sessionId } = await createSession(wire);
    const { body } = await wire.call("issueTicket");
    const ticket = String(body.ticket);
    for (const { listen } of listenerWires) {
      await using received = listen(server.url, sessionId, { ticket });
      await hasReceived(received, "session.started");
    }
    await restWire(server.url, { key: token }).call("endSession", { sessionId });
    await fetch(`${server.url}/api/agents?ticket=${adminKey}`);
    for (const secret of [adminKey, serviceKey, token, ticket]) expect(server.output()).not.toContain(secret);
    expect(server.output()).toContain("/events");
  });
});
