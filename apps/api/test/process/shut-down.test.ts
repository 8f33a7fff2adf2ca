import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { openRaw, type RawPeer, request } from "../setup/raw-peer.js";
import { type ServerProcess, spawnServer, temporaryFolder } from "../setup/server-process.js";
import { eventsPath } from "../setup/subscribing.js";
import { adminKey, serviceKey, typewriterId, until } from "../setup/test-server.js";
import { createSession, restWire } from "../setup/wires.js";

const start = async (env: NodeJS.ProcessEnv = {}) => {
  const folder = await temporaryFolder();
  const server = await spawnServer({ DATABASE_URL: `file:${join(folder.path, "adjourn.db")}`, ...env });
  return {
    server,
    [Symbol.asyncDispose]: async () => {
      await server.kill();
      await folder[Symbol.asyncDispose]();
    },
  };
};

/** A connection that has had one answer and is kept alive, as a proxy keeps it. */
const openKeptAlive = async (url: string): Promise<RawPeer> => {
  const peer = openRaw(url);
  peer.write(request(url, "GET /api/agents"));
  await until(() => peer.statuses().length === 1);
  return peer;
};

const answered = (peer: RawPeer, count: number) => until(() => peer.statuses().length === count);

const isDraining = (server: ServerProcess) =>
  until(async () => (await fetch(`${server.url}/api/agents`)).status === 503);

describe("an idle server that is asked to stop", () => {
  it("answers new calls 503 before it refuses connections", async () => {
    await using started = await start();
    const { server } = started;
    server.process.kill("SIGTERM");
    await isDraining(server);
    const refused = await fetch(`${server.url}/api/messaging/sessions`);
    expect(refused.status).toBe(503);
    expect(Number(refused.headers.get("Retry-After"))).toBeGreaterThan(0);
    expect(refused.headers.get("Connection")).toBe("close");
    expect((await server.exited).code).toBe(0);
  });

  it("answers what comes on a connection that was kept alive, and says that it closes", async () => {
    await using started = await start();
    const { server } = started;
    await using peer = await openKeptAlive(server.url);
    server.process.kill("SIGTERM");
    await isDraining(server);
    peer.write(request(server.url, "GET /api/agents"));
    await peer.gone;
    expect(peer.statuses()).toEqual([200, 503]);
    expect(peer.text()).toMatch(/503 [\s\S]*Connection: close/);
    expect(peer.failure()).toBeNull();
  });

  it("closes connections on which nothing comes without a reset, those that never sent anything too", async () => {
    await using started = await start();
    const { server } = started;
    await using kept = await openKeptAlive(server.url);
    await using silent = openRaw(server.url);
    await silent.connected;
    server.process.kill("SIGTERM");
    for (const peer of [kept, silent]) {
      await peer.gone;
      expect(peer.failure()).toBeNull();
    }
    expect((await server.exited).code).toBe(0);
  });

  it("lets the answer that is under way say that its connection closes", async () => {
    await using started = await start();
    const { server } = started;
    const { sessionId } = await createSession(restWire(server.url), { agentId: typewriterId });
    await using peer = openRaw(server.url);
    const body = JSON.stringify({ content: "one two", metadata: { delayMs: 200 }, transport: "http" });
    const headers = ["Content-Type: application/json", `Content-Length: ${body.length}`];
    peer.write(request(server.url, `POST /api/messaging/sessions/${sessionId}/messages`, headers, body));
    await until(async () => {
      const { body: list } = await restWire(server.url).call("listSessions");
      return (list.sessions as { pendingOperations: number }[])[0]?.pendingOperations === 1;
    });
    server.process.kill("SIGTERM");
    await peer.gone;
    expect(peer.statuses()).toEqual([201]);
    expect(peer.text()).toContain("Connection: close");
    expect(peer.failure()).toBeNull();
  });
});

describe("DRAIN_DELAY_SECONDS", () => {
  it("is how long everything is served while /readyz already answers 503", async () => {
    await using started = await start({ DRAIN_DELAY_SECONDS: "2" });
    const { server } = started;
    await using peer = await openKeptAlive(server.url);
    server.process.kill("SIGTERM");
    await until(async () => (await fetch(`${server.url}/readyz`)).status === 503);
    const ready = await fetch(`${server.url}/readyz`);
    expect(await ready.json()).toMatchObject({ status: "draining", store: "ok" });
    expect((await fetch(`${server.url}/healthz`)).status).toBe(200);
    await createSession(restWire(server.url));
    peer.write(request(server.url, "GET /api/agents"));
    await answered(peer, 2);
    expect(peer.statuses()).toEqual([200, 200]);
    await isDraining(server);
    expect((await server.exited).code).toBe(0);
  });

  it("is cut short by a second signal", async () => {
    await using started = await start({ DRAIN_DELAY_SECONDS: "600" });
    const { server } = started;
    server.process.kill("SIGTERM");
    await until(() => server.output().includes("Draining"));
    server.process.kill("SIGTERM");
    expect((await server.exited).code).toBe(143);
  });
});

describe("a subscriber that meets a draining server", () => {
  const keys = { ADJOURN_ADMIN_KEY: adminKey, ADJOURN_SERVICE_KEY: serviceKey };

  it("over SSE gets an empty stream to come back from; without a key it is refused as ever", async () => {
    await using started = await start({ ...keys, ALLOWED_ORIGINS: "https://app.example" });
    const { server } = started;
    const wire = restWire(server.url, { key: serviceKey });
    const { sessionId } = await createSession(wire, { agentId: typewriterId });
    const { body } = await wire.call("issueTicket");
    const reply = wire.call("sendSessionMessage", {
      sessionId,
      content: "one two three four",
      metadata: { delayMs: 500 },
      transport: "http",
    });
    await until(async () => {
      const { body: list } = await restWire(server.url, { key: adminKey }).call("listSessions");
      return (list.sessions as { pendingOperations: number }[])[0]?.pendingOperations === 1;
    });
    server.process.kill("SIGTERM");
    await until(async () => (await wire.call("getSession", { sessionId })).status === 503);
    const input = encodeURIComponent(JSON.stringify({ sessionId }));
    const params = encodeURIComponent(JSON.stringify({ token: body.ticket }));
    const ways = [
      eventsPath(sessionId, { ticket: String(body.ticket) }),
      `/trpc/sessionEvents?input=${input}&connectionParams=${params}`,
      `/trpc/adminEvents?input=&connectionParams=${params}`,
    ];
    for (const path of ways) {
      const answer = await fetch(`${server.url}${path}`, { headers: { Origin: "https://app.example" } });
      expect([path, answer.status]).toEqual([path, 200]);
      expect(answer.headers.get("Content-Type")).toContain("text/event-stream");
      expect(answer.headers.get("Access-Control-Allow-Origin")).toBe("https://app.example");
      expect(await answer.text()).toBe("retry: 1000\n\n");
    }
    for (const path of [eventsPath(sessionId), `/trpc/sessionEvents?input=${input}`])
      expect((await fetch(`${server.url}${path}`)).status).not.toBe(503);
    expect(await fetch(`${server.url}${eventsPath(sessionId)}`)).toMatchObject({ status: 401 });
    const foreign = { headers: { Origin: "https://evil.example" } };
    for (const path of ways) expect((await fetch(`${server.url}${path}`, foreign)).status).toBe(403);
    expect(await reply).toMatchObject({ status: 201 });
    expect((await server.exited).code).toBe(0);
  });
});
