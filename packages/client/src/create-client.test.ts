import { once } from "node:events";
import { createServer } from "node:http";
import { initTRPC, TRPCError, tracked } from "@trpc/server";
import { createHTTPHandler } from "@trpc/server/adapters/standalone";
import { applyWSSHandler } from "@trpc/server/adapters/ws";
import { expect, test, vi } from "vitest";
import { WebSocket, WebSocketServer } from "ws";
import { createClient } from "./create-client.js";
import { sessionErrorOf } from "./session-error.js";
import { toSocketUrl } from "./socket-link.js";

interface Context {
  readonly token: string | null;
  readonly sessionId?: string | undefined;
  readonly socket?: { close(code: number, reason: string): void } | undefined;
}

const t = initTRPC.context<Context>().create({
  errorFormatter: ({ shape }) => ({
    ...shape,
    data: { ...shape.data, session: { code: "SESSION_NOT_FOUND", details: { sessionId: "gone" } } },
  }),
});
const echo = t.procedure.input((value) => value).query(({ ctx }) => ctx.token);

/** Answers by the names that the client's router has, with what shows how it was asked. */
const router = t.router({
  getSession: echo,
  sendSessionMessage: t.procedure.mutation(({ ctx }) => ctx.token),
  endSession: t.procedure.mutation(() => {
    throw new TRPCError({ code: "NOT_FOUND" });
  }),
  sessionEvents: t.procedure.subscription(async function* ({ ctx }) {
    yield tracked("1", { token: ctx.token, sessionId: ctx.sessionId });
    // As the server does when a session ends: complete first, then close.
    setImmediate(() => setImmediate(() => ctx.socket?.close(4410, "session ended")));
  }),
});

const startServer = async () => {
  const requests: string[] = [];
  const handle = createHTTPHandler({
    router,
    basePath: "/trpc/",
    createContext: ({ req }): Context => ({ token: req.headers.authorization ?? null }),
  });
  const server = createServer((request, response) => {
    requests.push(request.url ?? "");
    handle(request, response);
  });
  const wss = new WebSocketServer({ server, path: "/trpc" });
  const sockets: WebSocket[] = [];
  wss.on("connection", (socket) => sockets.push(socket));
  applyWSSHandler({
    wss,
    router,
    createContext: ({ info, res }): Context => ({
      token: info.connectionParams?.token ?? null,
      sessionId: info.connectionParams?.sessionId,
      socket: res,
    }),
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  const url = `http://127.0.0.1:${typeof address === "object" && address ? address.port : 0}`;
  const close = async () => {
    for (const socket of sockets) socket.terminate();
    server.closeAllConnections();
    server.close();
    await once(server, "close");
  };
  return { url, requests, sockets, [Symbol.asyncDispose]: close };
};

test("calls of one turn travel together, at most 20 of them; a call that waits for a reply goes alone", async () => {
  await using server = await startServer();
  const { trpc } = createClient({ url: `${server.url}/` });
  await Promise.all([
    ...Array.from({ length: 21 }, (_, index) => trpc.getSession.query({ sessionId: String(index) })),
    trpc.sendSessionMessage.mutate({ sessionId: "a", content: "b" }),
  ]);
  const calls = server.requests.map((url) => new URL(url, server.url).pathname.split("/").pop()?.split(","));
  expect(calls.map((names) => names?.length).sort()).toEqual([1, 1, 20]);
  expect(calls).toContainEqual(["sendSessionMessage"]);
  expect(server.sockets).toHaveLength(0);
});

test("a token is a header on calls and a parameter of sockets, and a function is asked each time", async () => {
  await using server = await startServer();
  let asked = 0;
  const client = createClient({
    url: server.url,
    token: async () => `key-${++asked}`,
    sessionId: "s",
    WebSocket,
  });
  expect(await client.trpc.getSession.query({ sessionId: "a" })).toBe("Bearer key-1");
  expect(await client.trpc.getSession.query({ sessionId: "a" })).toBe("Bearer key-2");
  const events: unknown[] = [];
  for await (const event of client.trpc.sessionEvents.subscribe({ sessionId: "s" })) events.push(event);
  expect(events).toEqual([{ id: "1", data: { token: "key-3", sessionId: "s" } }]);
  await client.close();
});

test("a socket that the server closes behind a finished subscription is not opened again", async () => {
  await using server = await startServer();
  const client = createClient({ url: server.url, WebSocket });
  for await (const _ of client.trpc.sessionEvents.subscribe({ sessionId: "s" }));
  const [socket] = server.sockets;
  if (socket && socket.readyState !== WebSocket.CLOSED) await once(socket, "close");
  // The next subscription opens the second socket; had the first one been replaced, this were the third.
  for await (const _ of client.trpc.sessionEvents.subscribe({ sessionId: "s" }));
  expect(server.sockets).toHaveLength(2);
  await client.close();
});

test("a refusal is read from any call; what the server never said is none", async () => {
  await using server = await startServer();
  const { trpc } = createClient({ url: server.url });
  const refused: unknown = await trpc.endSession
    .mutate({ sessionId: "gone" })
    .catch((error: unknown) => error);
  expect(sessionErrorOf(refused)).toEqual({ code: "SESSION_NOT_FOUND", details: { sessionId: "gone" } });
  expect(sessionErrorOf(new Error("other"))).toBeUndefined();
  expect(sessionErrorOf("other")).toBeUndefined();
});

test("a server that does not answer is an error without a code", async () => {
  const server = await startServer();
  await server[Symbol.asyncDispose]();
  const { trpc } = createClient({ url: server.url });
  const failed: unknown = await trpc.getSession.query({ sessionId: "a" }).catch((error: unknown) => error);
  expect(failed).toBeInstanceOf(Error);
  expect(sessionErrorOf(failed)).toBeUndefined();
});

test("without a WebSocket, calls work and a subscription says what it lacks", async () => {
  await using server = await startServer();
  // Node has one from 22 on.
  vi.stubGlobal("WebSocket", undefined);
  try {
    const { trpc } = createClient({ url: server.url, token: "k" });
    expect(await trpc.getSession.query({ sessionId: "a" })).toBe("Bearer k");
    expect(() => trpc.sessionEvents.subscribe({ sessionId: "a" }, { onData: () => {} })).toThrow(
      "package `ws`",
    );
  } finally {
    vi.unstubAllGlobals();
  }
});

test("addresses of sockets follow those of calls", () => {
  expect(toSocketUrl("http://127.0.0.1:3000")).toBe("ws://127.0.0.1:3000/trpc");
  expect(toSocketUrl("https://example.com/")).toBe("wss://example.com/trpc");
});
