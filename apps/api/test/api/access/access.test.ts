import { once } from "node:events";
import { describe, expect, it } from "vitest";
import { WebSocket } from "ws";
import { hasReceived, listenerWires } from "../../setup/subscribing.js";
import { adminKey, serviceKey, startTestServer, userId } from "../../setup/test-server.js";
import { createSession, restWire, wires } from "../../setup/wires.js";

const keys = { ADJOURN_ADMIN_KEY: `root:${adminKey}`, ADJOURN_SERVICE_KEY: `shop:${serviceKey}` };

const ticketOf = async (url: string, key: string): Promise<string> => {
  const { body } = await restWire(url, { key }).call("issueTicket");
  return String(body.ticket);
};

describe.each(wires.slice(0, 2))("with keys configured, over $wire", ({ open }) => {
  it("nothing is served without a key, or with a wrong one", async () => {
    await using server = await startTestServer(keys);
    for (const key of [undefined, "no-such-key-anywhere"]) {
      await using wire = open(server.url, { key });
      expect(await wire.call("listAgents")).toMatchObject({ status: 401, code: "UNAUTHORIZED" });
      expect(await wire.call("createSession", { nonsense: true })).toMatchObject({ status: 401 });
      expect(await wire.call("endSession", { sessionId: "whatever" })).toMatchObject({ status: 401 });
    }
  });
});

describe.each(wires)("with keys configured, over $wire", ({ open }) => {
  it("an ending names the key that ended the session", async () => {
    await using server = await startTestServer(keys);
    await using admin = open(server.url, { key: adminKey });
    await using service = open(server.url, { key: serviceKey });
    const { sessionId } = await createSession(service);
    await service.call("endSession", { sessionId });
    expect((await admin.call("listEndings")).body.endings).toMatchObject([
      { endedBy: "service", actor: "shop" },
    ]);
  });

  it("a service key sees its users' sessions only, and neither endings nor erasure", async () => {
    await using server = await startTestServer(keys);
    await using service = open(server.url, { key: serviceKey });
    const { channelId } = await createSession(service);
    expect(await service.call("listSessions")).toMatchObject({ status: 403, code: "FORBIDDEN" });
    expect(await service.call("listSessions", { userId })).toMatchObject({ status: 200 });
    expect(await service.call("listEndings")).toMatchObject({ status: 403 });
    expect(await service.call("eraseChannel", { channelId })).toMatchObject({ status: 403 });
    expect(await service.call("endSessions", { agentId: userId })).toMatchObject({ status: 403 });
  });

  it("a session token opens its own session and nothing else, and is invalid after its end", async () => {
    await using server = await startTestServer(keys);
    await using service = open(server.url, { key: serviceKey });
    const { sessionId, channelId, token } = await createSession(service);
    const other = await createSession(service);
    await using own = open(server.url, { key: token });
    expect(await own.call("getSession", { sessionId })).toMatchObject({ status: 200 });
    expect(await own.call("getSession", { sessionId: other.sessionId })).toMatchObject({ status: 403 });
    expect(await own.call("listAgents")).toMatchObject({ status: 403 });
    expect(await own.call("getChannelMessages", { channelId })).toMatchObject({ status: 403 });
    expect(await own.call("endSession", { sessionId })).toMatchObject({ status: 200 });
    expect(await own.call("getSession", { sessionId })).toMatchObject({ status: 404 });
    expect(await own.call("getSession", { sessionId: other.sessionId })).toMatchObject({ status: 403 });
  });
});

describe.each(listenerWires)("with keys configured, a listener on $wire", ({ listen }) => {
  it("subscribes with a ticket, any number of times, and stays subscribed", async () => {
    await using server = await startTestServer(keys);
    const wire = restWire(server.url, { key: serviceKey });
    const { sessionId } = await createSession(wire);
    const ticket = await ticketOf(server.url, serviceKey);
    await using first = listen(server.url, sessionId, { ticket });
    await using second = listen(server.url, sessionId, { ticket });
    await hasReceived(first, "session.started");
    await hasReceived(second, "session.started");
    await wire.call("endSession", { sessionId });
    expect(await first.over).toEqual({ how: "ended" });
  });

  it("is refused with another session's ticket", async () => {
    await using server = await startTestServer(keys);
    const wire = restWire(server.url, { key: serviceKey });
    const { sessionId } = await createSession(wire);
    const { token } = await createSession(wire);
    await using received = listen(server.url, sessionId, { ticket: await ticketOf(server.url, token) });
    expect(await received.over).toEqual({ how: "refused", code: "FORBIDDEN" });
  });
});

describe.each(listenerWires.slice(1))("with keys configured, a listener on $wire", ({ listen }) => {
  it("is refused without a ticket, with a made-up one, and with a key in the address", async () => {
    await using server = await startTestServer(keys);
    const { sessionId } = await createSession(restWire(server.url, { key: serviceKey }));
    for (const ticket of [undefined, "made-up", adminKey]) {
      await using received = listen(server.url, sessionId, { ticket });
      expect(await received.over).toEqual({ how: "refused", code: "UNAUTHORIZED" });
    }
  });
});

describe("with keys configured, a tRPC socket", () => {
  it.each(["", "?ticket=made-up", `?ticket=${adminKey}`])(
    "is refused by status with the query %j",
    async (query) => {
      await using server = await startTestServer(keys);
      const socket = new WebSocket(`${server.wsUrl}/trpc${query}`);
      const [, response] = await once(socket, "unexpected-response");
      expect(response.statusCode).toBe(401);
      expect(response.headers["content-type"]).toContain("application/json");
      socket.on("error", () => {});
      socket.terminate();
    },
  );

  it("that brings a wrong token in connectionParams gets tRPC's error, and is closed", async () => {
    await using server = await startTestServer(keys);
    const socket = new WebSocket(`${server.wsUrl}/trpc?connectionParams=1`);
    await once(socket, "open");
    socket.send(JSON.stringify({ method: "connectionParams", data: { token: "no-such-token-anywhere" } }));
    const [data] = await once(socket, "message");
    expect(JSON.parse(String(data))).toMatchObject({
      error: { data: { httpStatus: 401, session: { code: "UNAUTHORIZED" } } },
    });
    await once(socket, "close");
  });
});

describe("an Authorization of another scheme", () => {
  it.each([`Basic ${adminKey}`, `Token ${adminKey}`, adminKey, "Bearer", ""])(
    "%j lets nobody in, and stands in no one's way",
    async (authorization) => {
      await using server = await startTestServer(keys);
      const ask = async (path: string, headers: Record<string, string> = {}) => {
        const response = await fetch(server.url + path, {
          headers: { Authorization: authorization, ...headers },
        });
        await response.body?.cancel();
        return response.status;
      };
      const ticket = await ticketOf(server.url, serviceKey);
      for (const path of ["/api/agents", "/trpc/listAgents"]) {
        expect([path, await ask(path)]).toEqual([path, 401]);
        expect([path, await ask(path, { "X-API-KEY": serviceKey })]).toEqual([path, 200]);
        expect([path, await ask(`${path}?ticket=${ticket}`)]).toEqual([path, 200]);
      }
    },
  );
});

describe("wrong keys", () => {
  it("count against the address; valid ones do not", async () => {
    await using server = await startTestServer({ ...keys, RATE_LIMIT_PER_MINUTE: "2" });
    const wrong = restWire(server.url, { key: "no-such-key-anywhere" });
    expect(await wrong.call("listAgents")).toMatchObject({ status: 401 });
    expect(await wrong.call("listAgents")).toMatchObject({ status: 401 });
    expect(await wrong.call("listAgents")).toMatchObject({ status: 429, code: "RATE_LIMITED" });
    const right = restWire(server.url, { key: serviceKey });
    for (let index = 0; index < 5; index += 1)
      expect(await right.call("listAgents")).toMatchObject({ status: 200 });
  });
});
