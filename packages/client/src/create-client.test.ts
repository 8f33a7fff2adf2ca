import { once } from "node:events";
import { createServer } from "node:http";
import { initTRPC, TRPCError, tracked } from "@trpc/server";
import { createHTTPHandler } from "@trpc/server/adapters/standalone";
import { applyWSSHandler } from "@trpc/server/adapters/ws";
import { expect, test, vi } from "vitest";
import { WebSocket, WebSocketServer } from "ws";
import { createClient } from "./create-client.js";
import { toSocketUrl } from "./links/socket-link.js";
import { SessionError, sessionErrorOf } from "./session-error.js";

interface Context {
  readonly token: string | null;
  readonly sessionId?: string | undefined;
  readonly socket?: { close(code: number, reason: string): void } | undefined;
}

const t = initTRPC.context<Context>().create({
  errorFormatter: ({ shape, error }) => {
    const code = error.code === "UNAUTHORIZED" ? "UNAUTHORIZED" : "SESSION_NOT_FOUND";
    return { ...shape, data: { ...shape.data, session: { code, details: { sessionId: "gone" } } } };
  },
});
const echo = t.procedure.input((value) => value).query(({ ctx }) => ctx.token);
const guarded = t.procedure
  .input((value) => value)
  .query(({ ctx }) => {
    if (ctx.token === "Bearer expired") throw new TRPCError({ code: "UNAUTHORIZED" });
    return ctx.token;
  });

/** Answers by the names that the client's router has, with what shows how it was asked. */
const router = t.router({
  getSession: echo,
  getEnding: guarded,
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
  });
  expect(await client.trpc.getSession.query({ sessionId: "a" })).toBe("Bearer key-1");
  expect(await client.trpc.getSession.query({ sessionId: "a" })).toBe("Bearer key-2");
  const events: unknown[] = [];
  for await (const event of client.trpc.sessionEvents.subscribe({ sessionId: "s" })) events.push(event);
  expect(events).toEqual([{ id: "1", data: { token: "key-3", sessionId: "s" } }]);
  await client.close();
});

test("a call whose token is refused is repeated once with another one, if a function gives it", async () => {
  await using server = await startServer();
  const asked: boolean[] = [];
  const tokens = ["expired", "fresh", "expired", "expired"];
  const client = createClient({
    url: server.url,
    token: ({ wasRefused }) => {
      asked.push(wasRefused);
      return tokens.shift();
    },
  });
  expect(await client.trpc.getEnding.query({ sessionId: "a" })).toBe("Bearer fresh");
  expect(asked).toEqual([false, true]);
  await expect(client.trpc.getEnding.query({ sessionId: "a" })).rejects.toMatchObject({
    code: "UNAUTHORIZED",
  });
  expect(asked).toEqual([false, true, false, true]);
  const constant = createClient({ url: server.url, token: "expired" });
  await expect(constant.trpc.getEnding.query({ sessionId: "a" })).rejects.toMatchObject({
    code: "UNAUTHORIZED",
  });
  expect(server.requests).toHaveLength(5);
});

test("a socket that the server closes behind a finished subscription is not opened again", async () => {
  await using server = await startServer();
  const client = createClient({ url: server.url });
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
  expect(refused).toBeInstanceOf(SessionError);
  expect(refused).toMatchObject({
    name: "SessionError",
    code: "SESSION_NOT_FOUND",
    details: { sessionId: "gone" },
    data: { session: { code: "SESSION_NOT_FOUND" } },
  });
  expect(sessionErrorOf(refused)).toEqual({ code: "SESSION_NOT_FOUND", details: { sessionId: "gone" } });
  expect(sessionErrorOf(new Error("other"))).toBeUndefined();
  expect(sessionErrorOf("other")).toBeUndefined();
});

test("a server that does not answer is an error of its own, with the cause", async () => {
  const server = await startServer();
  await server[Symbol.asyncDispose]();
  const { trpc } = createClient({ url: server.url });
  const failed: unknown = await trpc.getSession.query({ sessionId: "a" }).catch((error: unknown) => error);
  expect(failed).toBeInstanceOf(SessionError);
  expect(failed).toMatchObject({ code: "NO_ANSWER", details: {}, cause: { name: "TypeError" } });
  expect(sessionErrorOf(failed)).toBeUndefined();
});

test("without a WebSocket, calls work and a subscription says what it lacks", async () => {
  await using server = await startServer();
  // As in a browser or another runtime that has none.
  vi.doMock("#websocket", () => import("./websocket/global.js"));
  vi.stubGlobal("WebSocket", undefined);
  vi.resetModules();
  try {
    const fresh = await import("./create-client.js");
    const { trpc } = fresh.createClient({ url: server.url, token: "k" });
    expect(await trpc.getSession.query({ sessionId: "a" })).toBe("Bearer k");
    expect(() => trpc.sessionEvents.subscribe({ sessionId: "a" }, { onData: () => {} })).toThrow(
      "There is no WebSocket here",
    );
  } finally {
    vi.doUnmock("#websocket");
    vi.unstubAllGlobals();
    vi.resetModules();
  }
});

test("addresses of sockets follow those of calls", () => {
  expect(toSocketUrl("http://127.0.0.1:3000")).toBe("ws://127.0.0.1:3000/trpc");
  expect(toSocketUrl("https://example.com/")).toBe("wss://example.com/trpc");
});
