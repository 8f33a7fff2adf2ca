import { once } from "node:events";
import { expect, it } from "vitest";
import { WebSocket } from "ws";
import { eventsPath } from "../setup/subscribing.js";
import { startTestServer, type TestServer, typewriterId, until } from "../setup/test-server.js";
import { createSession, restWire, trpcHttpWire } from "../setup/wires.js";

const openSocket = async (url: string): Promise<WebSocket> => {
  const socket = new WebSocket(url);
  await once(socket, "open");
  return socket;
};

const subscribe = (socket: WebSocket, sessionId: string): void =>
  socket.send(
    JSON.stringify({
      id: 1,
      method: "subscription",
      params: { path: "sessionEvents", input: { sessionId } },
    }),
  );

const listenersOf = async (server: TestServer): Promise<number> => {
  const { body } = await restWire(server.url).call("listSessions");
  return (body.sessions as { listeners: number }[]).reduce((sum, { listeners }) => sum + listeners, 0);
};

const slowly = { content: "one two three", metadata: { delayMs: 300 }, transport: "http" } as const;

it("closes listeners with 1012 and answers what is under way", async () => {
  await using server = await startTestServer();
  const wire = trpcHttpWire(server.url);
  const { sessionId } = await createSession(wire, { agentId: typewriterId });
  const plain = await openSocket(`${server.wsUrl}${eventsPath(sessionId)}`);
  const trpc = await openSocket(`${server.wsUrl}/trpc`);
  subscribe(trpc, sessionId);
  await until(async () => (await listenersOf(server)) === 2);
  const closes = Promise.all([once(plain, "close"), once(trpc, "close")]);
  const reply = wire.call("sendSessionMessage", { sessionId, ...slowly });
  await once(plain, "message");
  const closed = server.close(20_000);
  expect((await closes).map(([code]) => code)).toEqual([1012, 1012]);
  const ready = await fetch(`${server.url}/readyz`);
  expect(ready.status).toBe(503);
  const late = await restWire(server.url).call("createSession", {});
  expect(late).toMatchObject({ status: 400 });
  const lateSession = await restWire(server.url).call("getSession", { sessionId });
  expect(lateSession).toMatchObject({ status: 503, code: "SERVICE_UNAVAILABLE" });
  expect((await reply).body.agentResponse).toMatchObject({ content: "one two three" });
  await closed;
});

it("stores the text so far of a reply that takes longer than draining may", async () => {
  await using server = await startTestServer();
  const wire = trpcHttpWire(server.url);
  const { sessionId } = await createSession(wire, { agentId: typewriterId });
  const plain = await openSocket(`${server.wsUrl}${eventsPath(sessionId)}`);
  const spoken = new Promise<void>((resolve) => {
    plain.on("message", (data) => String(data).includes("message.delta") && resolve());
  });
  await until(async () => (await listenersOf(server)) === 1);
  const endless = { content: "one two three", metadata: { delayMs: 20_000 }, transport: "http" };
  const begun = { ...slowly, content: Array(500).fill("word").join(" "), metadata: { delayMs: 100 } };
  const silent = wire.call("sendSessionMessage", { sessionId, ...endless });
  const partial = wire.call("sendSessionMessage", { sessionId, ...begun });
  await spoken;
  await server.close(300);
  const { agentResponse } = (await partial).body as { agentResponse: { content: string } };
  expect(agentResponse).toMatchObject({ finishReason: "cancelled" });
  expect(begun.content.startsWith(agentResponse.content)).toBe(true);
  expect(await silent).toMatchObject({ status: 503, code: "SERVICE_UNAVAILABLE" });
});

it("a tRPC socket is asked to come back elsewhere, and closes once what is under way on it is answered", async () => {
  await using server = await startTestServer();
  const { sessionId } = await createSession(restWire(server.url), { agentId: typewriterId });
  const socket = await openSocket(`${server.wsUrl}/trpc`);
  const frames: Record<string, unknown>[] = [];
  socket.on("message", (data) => frames.push(JSON.parse(String(data))));
  const closed = once(socket, "close");
  subscribe(socket, sessionId);
  await until(async () => (await listenersOf(server)) === 1);
  const send = { path: "sendSessionMessage", input: { sessionId, ...slowly } };
  socket.send(JSON.stringify({ id: 2, method: "mutation", params: send }));
  await until(() => JSON.stringify(frames).includes("message.delta"));
  const gone = server.close(20_000);
  expect((await closed)[0]).toBe(1012);
  expect(frames.some(({ method }) => method === "reconnect")).toBe(true);
  expect(frames.at(-1)).toMatchObject({
    id: 2,
    result: { type: "data", data: { agentResponse: { content: "one two three" } } },
  });
  // A stock client takes a subscription that stops for one that is complete, and does not come back.
  expect(JSON.stringify(frames)).not.toContain("stopped");
  await gone;
});

it("a tRPC socket on which nothing is under way closes with 1012 at once, whatever others wait for", async () => {
  await using server = await startTestServer();
  const { sessionId } = await createSession(restWire(server.url), { agentId: typewriterId });
  const socket = await openSocket(`${server.wsUrl}/trpc`);
  // It has not sent its `connectionParams` yet.
  const silent = await openSocket(`${server.wsUrl}/trpc?connectionParams=1`);
  const closed = Promise.all([once(socket, "close"), once(silent, "close")]);
  socket.send(JSON.stringify({ id: 1, method: "query", params: { path: "listAgents" } }));
  await once(socket, "message");
  const reply = restWire(server.url).call("sendSessionMessage", { sessionId, ...slowly });
  await until(async () => {
    const { body } = await restWire(server.url).call("listSessions");
    return (body.sessions as { pendingOperations: number }[])[0]?.pendingOperations === 1;
  });
  const order: string[] = [];
  const noted = [closed.then(() => order.push("closed")), reply.then(() => order.push("answered"))];
  const gone = server.close(20_000);
  expect((await closed).map(([code]) => code)).toEqual([1012, 1012]);
  expect(await reply).toMatchObject({ status: 201 });
  await Promise.all(noted);
  expect(order).toEqual(["closed", "answered"]);
  await gone;
});
