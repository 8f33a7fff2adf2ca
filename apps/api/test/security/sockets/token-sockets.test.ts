import { once } from "node:events";
import { describe, expect, it } from "vitest";
import { type RawData, WebSocket } from "ws";
import { closeCodeOf, openRaw, upgradeRequest } from "../../setup/raw-peer.js";
import { adminKey, serviceKey, startTestServer, type TestServer, until } from "../../setup/test-server.js";
import { createSession, restWire } from "../../setup/wires.js";

const keys = { ADJOURN_ADMIN_KEY: adminKey, ADJOURN_SERVICE_KEY: serviceKey };
const backend = (server: TestServer) => restWire(server.url, { key: serviceKey });

interface TokenSocket {
  readonly socket: WebSocket;
  readonly frames: Record<string, unknown>[];
  readonly closed: Promise<number>;
  send(frame: unknown): void;
}

const openWith = async (
  url: string,
  params: Record<string, string> | null,
  token?: string,
): Promise<TokenSocket> => {
  const headers = token === undefined ? {} : { Authorization: `Bearer ${token}` };
  const socket = new WebSocket(`${url}/trpc${params ? "?connectionParams=1" : ""}`, { headers });
  const frames: Record<string, unknown>[] = [];
  socket.on("message", (data: RawData) => frames.push(JSON.parse(String(data))));
  socket.on("error", () => {});
  const closed = once(socket, "close").then(([code]) => Number(code));
  await once(socket, "open");
  const send = (frame: unknown) => socket.send(JSON.stringify(frame));
  if (params) send({ method: "connectionParams", data: params });
  return { socket, frames, closed, send };
};

const query = (id: number, path: string, input: unknown) => ({
  id,
  method: "query",
  params: { path, input },
});

const opened = async (server: TestServer, how: "header" | "connectionParams", token: string) => {
  const own = await openWith(
    server.wsUrl,
    how === "header" ? null : { token },
    how === "header" ? token : undefined,
  );
  own.send(query(1, "nothing", {}));
  await until(() => own.frames.length === 1);
  return own;
};

describe.each(["header", "connectionParams"] as const)("a tRPC socket with a token by %s", (how) => {
  it("without any subscription is closed with 4410 when its session ends", async () => {
    await using server = await startTestServer(keys);
    const { sessionId, token } = await createSession(backend(server));
    const own = await opened(server, how, token);
    await backend(server).call("endSession", { sessionId });
    expect(await own.closed).toBe(4410);
  });

  it("gets the completion of its subscription before it is closed with 4410", async () => {
    await using server = await startTestServer(keys);
    const { sessionId, token } = await createSession(backend(server));
    const own = await opened(server, how, token);
    own.send({ id: 2, method: "subscription", params: { path: "sessionEvents", input: { sessionId } } });
    await until(() => JSON.stringify(own.frames).includes("session.started"));
    await backend(server).call("endSession", { sessionId });
    expect(await own.closed).toBe(4410);
    expect(own.frames.at(-1)).toMatchObject({ id: 2, result: { type: "stopped" } });
    expect(JSON.stringify(own.frames.at(-2))).toContain("session.ended");
  });

  it("answers calls that cross the end like any other call", async () => {
    await using server = await startTestServer(keys);
    const { sessionId, token } = await createSession(backend(server));
    const own = await opened(server, how, token);
    own.send({ id: 2, method: "mutation", params: { path: "endSession", input: { sessionId } } });
    await until(() => own.frames.length === 2);
    own.send(query(3, "getSession", { sessionId }));
    await until(() => own.frames.length === 3);
    expect(own.frames[1]).toMatchObject({ id: 2, result: { data: { success: true } } });
    expect(own.frames[2]).toMatchObject({
      id: 3,
      error: { data: { session: { code: "SESSION_NOT_FOUND" } } },
    });
    expect(await own.closed).toBe(4410);
  });
});

describe("the token of an ended session", () => {
  it("opens no tRPC socket: 404 at the upgrade", async () => {
    await using server = await startTestServer(keys);
    const { sessionId, token } = await createSession(backend(server));
    await backend(server).call("endSession", { sessionId });
    await using peer = openRaw(server.url);
    peer.write(upgradeRequest(server.url, "/trpc", [`Authorization: Bearer ${token}`]));
    await peer.gone;
    expect(peer.statuses()).toEqual([404]);
    expect(peer.text()).toContain("SESSION_NOT_FOUND");
  });

  it("in connectionParams gets the error, and the socket is closed with 4404", async () => {
    await using server = await startTestServer(keys);
    const { sessionId, token } = await createSession(backend(server));
    await backend(server).call("endSession", { sessionId });
    const own = await openWith(server.wsUrl, { token });
    expect(await own.closed).toBe(4404);
    expect(own.frames).toHaveLength(1);
    expect(own.frames[0]).toMatchObject({
      id: null,
      error: { data: { session: { code: "SESSION_NOT_FOUND" } } },
    });
  });

  it("on a plain WebSocket still gets the close code", async () => {
    await using server = await startTestServer(keys);
    const { sessionId, token } = await createSession(backend(server));
    await backend(server).call("endSession", { sessionId });
    await using peer = openRaw(server.url);
    peer.write(
      upgradeRequest(server.url, `/api/messaging/sessions/${sessionId}/events`, [
        `Authorization: Bearer ${token}`,
      ]),
    );
    await peer.gone;
    expect([peer.statuses()[0], closeCodeOf(peer)]).toEqual([101, 4404]);
  });
});
