import { once } from "node:events";
import { describe, expect, it, vi } from "vitest";
import { WebSocket } from "ws";
import { startTestServer, until, userId } from "../setup/test-server.js";
import { createSession, restWire, trpcHttpWire } from "../setup/wires.js";

const openRaw = async (wsUrl: string): Promise<{ socket: WebSocket; frames: Record<string, unknown>[] }> => {
  const socket = new WebSocket(`${wsUrl}/trpc`);
  const frames: Record<string, unknown>[] = [];
  socket.on("message", (data) => frames.push(JSON.parse(String(data))));
  await once(socket, "open");
  return { socket, frames };
};

const query = (id: number) => ({ id, method: "query", params: { path: "listAgents" } });

describe("what is bounded", () => {
  it("a tRPC batch over HTTP has at most 20 calls", async () => {
    await using server = await startTestServer();
    const batch = (count: number) =>
      fetch(`${server.url}/trpc/${Array(count).fill("listAgents").join(",")}?batch=1`);
    expect((await batch(20)).status).toBe(200);
    expect((await batch(21)).status).toBe(400);
  });

  it("a tRPC batch over WebSocket has at most 20 calls", async () => {
    await using server = await startTestServer();
    const { socket, frames } = await openRaw(server.wsUrl);
    socket.send(JSON.stringify(Array.from({ length: 20 }, (_, id) => query(id))));
    await until(() => frames.length === 20);
    expect(frames.every((frame) => "result" in frame)).toBe(true);
    socket.send(JSON.stringify(Array.from({ length: 21 }, (_, id) => query(100 + id))));
    await until(() => frames.length === 41);
    for (const { error } of frames.slice(20))
      expect(error).toMatchObject({ data: { httpStatus: 400, session: { code: "VALIDATION_ERROR" } } });
    socket.terminate();
  });

  it("a socket carries at most 100 subscriptions, which may all come in one frame", async () => {
    await using server = await startTestServer();
    const { sessionId } = await createSession(trpcHttpWire(server.url));
    const { socket, frames } = await openRaw(server.wsUrl);
    const subscribe = (id: number) => ({
      id,
      method: "subscription",
      params: { path: "sessionEvents", input: { sessionId } },
    });
    socket.send(JSON.stringify(Array.from({ length: 100 }, (_, id) => subscribe(id))));
    socket.send(JSON.stringify(subscribe(100)));
    await until(
      () => frames.filter(({ result }) => (result as { type?: string })?.type === "data").length === 100,
    );
    const refused = frames.filter((frame) => "error" in frame);
    expect(refused).toHaveLength(1);
    expect(refused[0]?.error).toMatchObject({ data: { httpStatus: 429, session: { code: "RATE_LIMITED" } } });
    socket.send(JSON.stringify({ id: 0, method: "subscription.stop" }));
    await until(() =>
      frames.some(({ id, result }) => id === 0 && (result as { type?: string })?.type === "stopped"),
    );
    socket.send(JSON.stringify(subscribe(200)));
    await until(() =>
      frames.some(({ id, result }) => id === 200 && (result as { type?: string })?.type === "data"),
    );
    socket.terminate();
  });

  it("a WebSocket frame has at most 128 KiB", async () => {
    await using server = await startTestServer();
    const { socket } = await openRaw(server.wsUrl);
    socket.send("x".repeat(128 * 1_024 + 1));
    const [code] = await once(socket, "close");
    expect(code).toBe(1009);
  });

  it("a WebSocket frame that is too large is no error of the server's in its log", async () => {
    const written = vi.spyOn(process.stdout, "write").mockReturnValue(true);
    try {
      await using server = await startTestServer({ LOG_LEVEL: "warn" });
      const { socket } = await openRaw(server.wsUrl);
      socket.send("x".repeat(128 * 1_024 + 1));
      await once(socket, "close");
      const lines = written.mock.calls.map(([line]) => String(line)).filter((line) => line.startsWith("{"));
      expect(lines).toEqual([]);
    } finally {
      written.mockRestore();
    }
  });

  it.each(["/api/messaging/sessions", "/trpc/createSession"])(
    "a body to %s has at most 128 KiB",
    async (path) => {
      await using server = await startTestServer();
      const response = await fetch(`${server.url}${path}`, {
        method: "POST",
        headers: { "Content-Type": "application/json" },
        body: JSON.stringify({ padding: "x".repeat(128 * 1_024) }),
      });
      expect(response.status).toBe(413);
      expect(await response.text()).toContain("PAYLOAD_TOO_LARGE");
    },
  );

  it("a session has at most 100 replies under way", async () => {
    await using server = await startTestServer();
    const wire = restWire(server.url);
    const { sessionId } = await createSession(wire, {
      agentId: "00000000-0000-4000-8000-000000000002",
      userId,
    });
    const send = () =>
      wire.call("sendSessionMessage", { sessionId, content: "slow", metadata: { delayMs: 60_000 } });
    const answers = await Promise.all(Array.from({ length: 100 }, send));
    expect(answers.every(({ status }) => status === 201)).toBe(true);
    expect(await send()).toMatchObject({ status: 429, code: "RATE_LIMITED" });
  });

  it("a socket that announces connectionParams and sends nothing is closed", async () => {
    await using server = await startTestServer({}, { connectionTimeouts: { connectionParamsMs: 50 } });
    const silent = new WebSocket(`${server.wsUrl}/trpc?connectionParams=1`);
    const chatty = new WebSocket(`${server.wsUrl}/trpc?connectionParams=1`);
    chatty.on("open", () => chatty.send("PING"));
    const closes = await Promise.all([once(silent, "close"), once(chatty, "close")]);
    expect(closes.map(([code]) => code)).toEqual([1008, 1008]);
  });

  it("requests a minute and address, where a limit is set: beyond it 429 with Retry-After", async () => {
    await using server = await startTestServer({ RATE_LIMIT_PER_MINUTE: "3" });
    const get = () => fetch(`${server.url}/api/agents`);
    for (let index = 0; index < 3; index += 1) expect((await get()).status).toBe(200);
    const refused = await get();
    expect(refused.status).toBe(429);
    expect(Number(refused.headers.get("Retry-After"))).toBeGreaterThan(0);
    expect(await refused.json()).toMatchObject({ code: "RATE_LIMITED" });
    const overTrpc = await fetch(`${server.url}/trpc/listAgents`);
    expect(overTrpc.status).toBe(429);
    expect(Number(overTrpc.headers.get("Retry-After"))).toBeGreaterThan(0);
    expect((await fetch(`${server.url}/healthz`)).status).toBe(200);
  });

  it("calls on a socket count as requests do", async () => {
    await using server = await startTestServer({ RATE_LIMIT_PER_MINUTE: "3" });
    const { socket, frames } = await openRaw(server.wsUrl);
    for (const id of [1, 2, 3]) socket.send(JSON.stringify(query(id)));
    await until(() => frames.length === 3);
    // The upgrade was the first of the three.
    expect(frames.filter((frame) => "result" in frame)).toHaveLength(2);
    expect(frames.find((frame) => "error" in frame)?.error).toMatchObject({ data: { httpStatus: 429 } });
    socket.terminate();
  });
});
