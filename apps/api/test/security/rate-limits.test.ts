import { once } from "node:events";
import { describe, expect, it } from "vitest";
import { WebSocket } from "ws";
import { openRaw, upgradeRequest } from "../setup/raw-peer.js";
import { eventsPath } from "../setup/subscribing.js";
import { adminKey, serviceKey, startTestServer, userId } from "../setup/test-server.js";
import { createSession, restWire } from "../setup/wires.js";

const keys = { ADJOURN_ADMIN_KEY: adminKey, ADJOURN_SERVICE_KEY: serviceKey };
const twoAMinute = { ...keys, RATE_LIMIT_PER_MINUTE: "2" };
const wrong = { Authorization: "Bearer no-such-key-anywhere" };

/** The status of one request to each endpoint, without a key. */
const endpoints: Readonly<
  Record<string, (url: string, headers: Record<string, string>) => Promise<Response | number>>
> = {
  REST: (url, headers) => fetch(`${url}/api/agents`, { headers }),
  "REST, nowhere": (url, headers) => fetch(`${url}/api/nowhere`, { headers }),
  "REST, another method": (url, headers) => fetch(`${url}/api/agents`, { method: "PUT", headers }),
  "REST, a foreign page": (url, headers) =>
    fetch(`${url}/api/agents`, { headers: { ...headers, Origin: "http://evil.example" } }),
  SSE: (url, headers) => fetch(`${url}${eventsPath("some-session")}`, { headers }),
  "tRPC over HTTP": (url, headers) => fetch(`${url}/trpc/listAgents`, { headers }),
  "tRPC, nowhere": (url, headers) => fetch(`${url}/trpc/nowhere`, { headers }),
  metrics: (url, headers) => fetch(`${url}/metrics`, { headers }),
  documents: (url, headers) => fetch(`${url}/openapi.json`, { headers }),
  MCP: (url, headers) =>
    fetch(`${url}/mcp`, {
      method: "POST",
      headers: {
        ...headers,
        "Content-Type": "application/json",
        Accept: "application/json, text/event-stream",
      },
      body: JSON.stringify({ jsonrpc: "2.0", id: 1, method: "tools/list" }),
    }),
  "a tRPC socket": (url, headers) => upgradeStatus(url, "/trpc", headers),
  "a plain socket": (url, headers) => upgradeStatus(url, eventsPath("some-session"), headers),
};

const upgradeStatus = (url: string, path: string, headers: Record<string, string>): Promise<number> =>
  new Promise((resolve) => {
    const socket = new WebSocket(`${url.replace("http", "ws")}${path}`, { headers });
    socket.on("error", () => {});
    socket.once("open", () => socket.terminate());
    socket.once("open", () => resolve(101));
    socket.once("unexpected-response", (request, response) => {
      request.destroy();
      resolve(response.statusCode ?? 0);
    });
  });

const statusOf = (answer: Response | number): number => (typeof answer === "number" ? answer : answer.status);

describe.each(Object.entries(endpoints))("through %s", (name, ask) => {
  it("a wrong key and none at all count, and valid ones don't", async () => {
    await using server = await startTestServer(twoAMinute);
    for (const key of [adminKey, serviceKey, adminKey, serviceKey])
      expect(statusOf(await ask(server.url, { "X-API-KEY": key }))).not.toBe(429);
    await ask(server.url, wrong);
    await ask(server.url, {});
    const agents = await fetch(`${server.url}/api/agents`);
    expect(agents.status).toBe(429);
    expect(Number(agents.headers.get("Retry-After"))).toBeGreaterThan(0);
    expect(agents.headers.get("X-Request-Id")).toMatch(/^[0-9a-f-]{36}$/);
    // An error in its address or origin takes precedence.
    const first = {
      "REST, nowhere": 404,
      "REST, another method": 405,
      "REST, a foreign page": 403,
      "tRPC, nowhere": 404,
    }[name];
    expect(statusOf(await ask(server.url, wrong))).toBe(first ?? 429);
    expect(statusOf(await ask(server.url, { "X-API-KEY": adminKey }))).not.toBe(429);
  });
});

describe("what counts", () => {
  it("is a session's token and its ticket, and not a ticket of a key", async () => {
    await using server = await startTestServer(twoAMinute);
    const service = restWire(server.url, { key: serviceKey });
    const { sessionId, token } = await createSession(service);
    const { ticket } = (await service.call("issueTicket")).body;
    const byTicket = restWire(server.url, { ticket: String(ticket) });
    for (let index = 0; index < 4; index += 1)
      expect((await byTicket.call("getSession", { sessionId })).status).toBe(200);
    const own = restWire(server.url, { key: token });
    const mine = String((await own.call("issueTicket")).body.ticket);
    expect((await restWire(server.url, { ticket: mine }).call("getSession", { sessionId })).status).toBe(200);
    expect((await own.call("getSession", { sessionId })).status).toBe(429);
    expect((await byTicket.call("listSessions", { userId })).status).toBe(200);
  });

  it("is each call of a batch, and each guess on a socket", async () => {
    await using server = await startTestServer({ ...keys, RATE_LIMIT_PER_MINUTE: "6" });
    await fetch(`${server.url}/trpc/listAgents,listAgents,listAgents?batch=1`, { headers: wrong });
    for (let guess = 0; guess < 3; guess += 1) {
      const socket = new WebSocket(`${server.wsUrl}/trpc?connectionParams=1`);
      await once(socket, "open");
      socket.send(JSON.stringify({ method: "connectionParams", data: { token: `no-such-key-${guess}` } }));
      await once(socket, "close");
    }
    const peer = openRaw(server.url);
    peer.write(upgradeRequest(server.url, "/trpc?connectionParams=1"));
    await peer.gone;
    expect(peer.statuses()).toEqual([429]);
    expect(peer.text()).toMatch(/Retry-After: \d+\r\n/);
  });

  it("is nothing on loopback unless it is asked for, and health never", async () => {
    await using free = await startTestServer(keys);
    for (let index = 0; index < 700; index += 50)
      await Promise.all(
        Array.from({ length: 50 }, () => fetch(`${free.url}/api/agents`, { headers: wrong })),
      );
    expect((await fetch(`${free.url}/api/agents`, { headers: wrong })).status).toBe(401);
    await using bounded = await startTestServer(twoAMinute);
    for (let index = 0; index < 5; index += 1) {
      expect((await fetch(`${bounded.url}/healthz`)).status).toBe(200);
      expect((await fetch(`${bounded.url}/readyz`)).status).toBe(200);
    }
    expect((await fetch(`${bounded.url}/api/agents`)).status).toBe(401);
  });
});

describe("behind a proxy", () => {
  const ask = async (url: string, forwarded: string) =>
    (await fetch(`${url}/api/agents`, { headers: { "X-Forwarded-For": forwarded } })).status;

  it("that is not trusted, all callers count as the proxy, whatever it forwards", async () => {
    await using server = await startTestServer(twoAMinute);
    expect([
      await ask(server.url, "203.0.113.1"),
      await ask(server.url, "203.0.113.2"),
      await ask(server.url, "203.0.113.3"),
    ]).toEqual([401, 401, 429]);
  });

  it.each(["1", "127.0.0.1", "127.0.0.0/8,10.0.0.0/8"])(
    "that is believed (%s), each counts for itself, and none can make up another",
    async (trusted) => {
      await using server = await startTestServer({ ...twoAMinute, TRUST_PROXY: trusted });
      for (const made of ["198.51.100.1", "198.51.100.2"])
        expect(await ask(server.url, `${made}, 203.0.113.1`)).toBe(401);
      expect(await ask(server.url, "198.51.100.3, 203.0.113.1")).toBe(429);
      expect(await ask(server.url, "203.0.113.2")).toBe(401);
      // An IPv6 subscriber has a whole network to choose from.
      for (const host of ["1", "2"]) expect(await ask(server.url, `2001:db8:1:1::${host}`)).toBe(401);
      expect(await ask(server.url, "2001:db8:1:1:ffff::3")).toBe(429);
      expect(await ask(server.url, "2001:db8:1:2::1")).toBe(401);
    },
  );

  it("other than the trusted one, no forwarded address counts", async () => {
    await using server = await startTestServer({ ...twoAMinute, TRUST_PROXY: "192.0.2.1" });
    expect([
      await ask(server.url, "203.0.113.1"),
      await ask(server.url, "203.0.113.2"),
      await ask(server.url, "203.0.113.3"),
    ]).toEqual([401, 401, 429]);
  });
});
