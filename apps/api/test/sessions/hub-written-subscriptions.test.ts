import { once } from "node:events";
import { describe, expect, it } from "vitest";
import { WebSocket } from "ws";
import { startTestServer, type TestServer, until } from "../setup/test-server.js";
import { createSession, restWire } from "../setup/wires.js";

interface Answer {
  readonly id: unknown;
  readonly jsonrpc?: string;
  readonly result?: { readonly type: string; readonly data?: { readonly data?: { readonly type?: string } } };
  readonly error?: { readonly message: string; readonly data: { readonly httpStatus: number } };
}

/** A tRPC socket without a client library, with what it received: `7 started`, `7 session.ended`, `7 stopped` … */
const openSocket = async (server: TestServer, params?: object) => {
  const socket = new WebSocket(`${server.wsUrl}/trpc${params ? "?connectionParams=1" : ""}`);
  const answers: Answer[] = [];
  socket.on("message", (data) => answers.push(JSON.parse(String(data))));
  const closed = once(socket, "close").then(([code]) => Number(code));
  await once(socket, "open");
  if (params) socket.send(JSON.stringify({ method: "connectionParams", data: params }));
  const call = (id: unknown, method: string, path: string, input?: object) =>
    socket.send(JSON.stringify({ id, jsonrpc: "2.0", method, params: { path, input } }));
  return {
    socket,
    answers,
    closed,
    subscribe: (id: unknown, sessionId: string) => call(id, "subscription", "sessionEvents", { sessionId }),
    call,
    stop: (id: unknown) => socket.send(JSON.stringify({ id, jsonrpc: "2.0", method: "subscription.stop" })),
    received: () =>
      answers.map(({ id, result, error }) => {
        if (error) return `${id} ${error.data.httpStatus}`;
        return `${id} ${result?.data?.data?.type ?? result?.type}`;
      }),
    [Symbol.dispose]: () => socket.terminate(),
  };
};

const started = (id: number) => [`${id} started`, `${id} session.started`];
const ended = (id: number) => [`${id} session.ended`, `${id} stopped`];

describe("subscriptions over tRPC's WebSocket that the hub writes", () => {
  it("all of a session receive its end before their socket is closed", async () => {
    await using server = await startTestServer();
    const { sessionId } = await createSession(restWire(server.url));
    using peer = await openSocket(server, { sessionId });
    for (const id of [1, 2, 3]) peer.subscribe(id, sessionId);
    await until(() => peer.answers.length === 6);
    await restWire(server.url).call("endSession", { sessionId });
    expect(await peer.closed).toBe(4410);
    expect(peer.received().toSorted()).toEqual(
      [1, 2, 3].flatMap((id) => [...started(id), ...ended(id)]).toSorted(),
    );
  });

  it("one that is stopped receives nothing more, and its id is free again", async () => {
    await using server = await startTestServer();
    const { sessionId } = await createSession(restWire(server.url));
    using peer = await openSocket(server);
    peer.subscribe(1, sessionId);
    await until(() => peer.answers.length === 2);
    peer.stop(1);
    await until(() => peer.answers.length === 3);
    await restWire(server.url).call("renewSession", { sessionId });
    peer.subscribe(1, sessionId);
    await until(() => peer.answers.length === 5);
    expect(peer.received()).toEqual([...started(1), "1 stopped", ...started(1)]);
  });

  it("one whose id is in use is refused, and the first goes on", async () => {
    await using server = await startTestServer();
    const { sessionId } = await createSession(restWire(server.url));
    using peer = await openSocket(server);
    peer.subscribe(1, sessionId);
    await until(() => peer.answers.length === 2);
    peer.subscribe(1, sessionId);
    peer.call(1, "subscription", "adminEvents");
    await until(() => peer.answers.length === 4);
    await restWire(server.url).call("endSession", { sessionId });
    await until(() => peer.answers.length === 6);
    expect(peer.received()).toEqual([...started(1), "1 400", "1 400", ...ended(1)]);
    expect(peer.answers[2]?.error?.message).toBe("Duplicate id 1");
  });

  it("one after a message without an id is served, as the socket stays open", async () => {
    await using server = await startTestServer();
    const { sessionId } = await createSession(restWire(server.url));
    using peer = await openSocket(server);
    peer.call(null, "query", "listAgents");
    await until(() => peer.answers.length === 1);
    peer.subscribe(1, sessionId);
    await until(() => peer.answers.length === 3);
    expect(peer.received()).toEqual(["null 400", ...started(1)]);
    expect(peer.socket.readyState).toBe(WebSocket.OPEN);
  });

  it("one beside subscriptions and calls that tRPC answers works like them", async () => {
    await using server = await startTestServer();
    const { sessionId } = await createSession(restWire(server.url));
    using peer = await openSocket(server, {});
    peer.call(1, "subscription", "adminEvents");
    await until(() => peer.answers.length === 2);
    peer.subscribe(1, sessionId);
    await until(() => peer.answers.length === 3);
    peer.subscribe(2, sessionId);
    peer.call(3, "query", "getSession", { sessionId });
    await until(
      () => peer.received().includes("2 session.started") && peer.answers.some(({ id }) => id === 3),
    );
    expect(peer.received()).toContain("1 400");
    await restWire(server.url).call("endSession", { sessionId });
    await until(() => peer.received().includes("2 stopped"));
    expect(peer.received().filter((line) => line.startsWith("2"))).toEqual([...started(2), ...ended(2)]);
    expect(peer.socket.readyState).toBe(WebSocket.OPEN);
  });

  it("a call that ends the session of its own socket is answered before the socket is closed", async () => {
    await using server = await startTestServer();
    const { sessionId } = await createSession(restWire(server.url));
    using peer = await openSocket(server, { sessionId });
    peer.subscribe(1, sessionId);
    await until(() => peer.answers.length === 2);
    peer.call(2, "mutation", "endSession", { sessionId });
    expect(await peer.closed).toBe(4410);
    expect(peer.received().toSorted()).toEqual([...started(1), ...ended(1), "2 data"].toSorted());
  });

  it("a peer that vanishes leaves no listener behind", async () => {
    await using server = await startTestServer();
    const wire = restWire(server.url);
    const { sessionId } = await createSession(wire);
    using peer = await openSocket(server);
    for (const id of [1, 2]) peer.subscribe(id, sessionId);
    const listeners = async () => {
      const { body } = await wire.call("listSessions");
      return (body.sessions as { listeners: number }[])[0]?.listeners;
    };
    await until(async () => (await listeners()) === 2);
    peer.socket.terminate();
    await until(async () => (await listeners()) === 0);
  });

  it("the hundred-and-first of a socket is refused, and one that leaves makes room", async () => {
    await using server = await startTestServer();
    const { sessionId } = await createSession(restWire(server.url));
    using peer = await openSocket(server);
    for (let id = 0; id <= 100; id += 1) peer.subscribe(id, sessionId);
    await until(() => peer.received().includes("100 429"));
    peer.stop(0);
    await until(() => peer.received().includes("0 stopped"));
    peer.subscribe(101, sessionId);
    await until(() => peer.received().includes("101 session.started"));
  });
});
