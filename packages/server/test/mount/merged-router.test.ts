import { once } from "node:events";
import type { AddressInfo } from "node:net";
import { type Adjourn, type Context, SessionError, trpcErrorShape } from "@adjourn/server";
import {
  createTRPCClient,
  createWSClient,
  httpBatchLink,
  httpSubscriptionLink,
  splitLink,
  TRPCClientError,
  wsLink,
} from "@trpc/client";
import { initTRPC } from "@trpc/server";
import { createExpressMiddleware } from "@trpc/server/adapters/express";
import { fastifyTRPCPlugin } from "@trpc/server/adapters/fastify";
import { createHTTPHandler } from "@trpc/server/adapters/standalone";
import { applyWSSHandler } from "@trpc/server/adapters/ws";
import { EventSource } from "eventsource";
import express from "express";
import fastify from "fastify";
import { afterAll, beforeAll, describe, expect, expectTypeOf, it } from "vitest";
import { WebSocket, WebSocketServer } from "ws";
import { echoId, type Host, listen, type Opened, openAdjourn, userId } from "./mounted.js";

const adminKey = "an-admin-key-of-the-tests";
const serviceKey = "a-service-key-of-the-tests";

interface AppContext extends Context {
  readonly greeting: string;
}

const t = initTRPC.context<AppContext>().create();

/** An application's router with Adjourn's below a name, and its own error format. */
const nested = ({ router }: Adjourn) =>
  t.router({ hello: t.procedure.query(({ ctx }) => ctx.greeting), chat: router });

const formatted = initTRPC
  .context<AppContext>()
  .create({ errorFormatter: ({ error, path }) => trpcErrorShape(error, undefined, path) });

/** The same beside the application's own procedures. */
const merged = ({ router }: Adjourn) =>
  t.mergeRouters(t.router({ hello: t.procedure.query(({ ctx }) => ctx.greeting) }), router);

const formattedRouter = ({ router }: Adjourn) => formatted.router({ chat: router });

const createContextOf =
  (adjourn: Adjourn) =>
  async (options: Parameters<Adjourn["createContext"]>[0]): Promise<AppContext> => ({
    ...(await adjourn.createContext(options)),
    greeting: "hello",
  });

const headers = { Authorization: `Bearer ${adminKey}` };

describe("merged into an application's own router", () => {
  let opened: Opened;
  let host: Host;
  beforeAll(async () => {
    opened = await openAdjourn({ adminKeys: [adminKey], serviceKeys: [{ name: "shop", key: serviceKey }] });
    const { adjourn } = opened;
    const createContext = createContextOf(adjourn);
    const app = express();
    app.use(express.json());
    app.use("/nested", createExpressMiddleware({ router: nested(adjourn), createContext }));
    app.use("/merged", createExpressMiddleware({ router: merged(adjourn), createContext }));
    app.use("/formatted", createExpressMiddleware({ router: formattedRouter(adjourn), createContext }));
    host = await listen(app);
  });
  afterAll(async () => {
    await host[Symbol.asyncDispose]();
    await opened[Symbol.asyncDispose]();
  });

  const connect = (path: "nested" | "formatted", key: string | null) =>
    createTRPCClient<ReturnType<typeof nested>>({
      links: [
        splitLink({
          condition: ({ type }) => type === "subscription",
          true: httpSubscriptionLink({
            url: `${host.url}/${path}`,
            EventSource,
            eventSourceOptions: {
              fetch: (url: string | URL, init: RequestInit) =>
                fetch(url, { ...init, headers: { ...init.headers, ...headers } }),
            } as never,
          }),
          false: httpBatchLink({
            url: `${host.url}/${path}`,
            headers: key === null ? {} : { Authorization: `Bearer ${key}` },
          }),
        }),
      ],
    });

  it("is called through the application's HTTP handler, with types from end to end", async () => {
    const client = connect("nested", adminKey);
    const [greeting, session] = await Promise.all([
      client.hello.query(),
      client.chat.createSession.mutate({ agentId: echoId, userId }),
    ]);
    expectTypeOf(greeting).toEqualTypeOf<string>();
    expectTypeOf(session.sessionId).toEqualTypeOf<string>();
    expect(greeting).toBe("hello");
    const sent = { sessionId: session.sessionId, content: "hi", transport: "http" } as const;
    expect((await client.chat.sendSessionMessage.mutate(sent)).agentResponse?.text).toBe("hi");
  });

  it("is merged beside the application's own procedures", async () => {
    const client = createTRPCClient<ReturnType<typeof merged>>({
      links: [httpBatchLink({ url: `${host.url}/merged`, headers })],
    });
    expect(await client.hello.query()).toBe("hello");
    expect((await client.listSessions.query({ limit: 1 })).sessions).toHaveLength(1);
  });

  it("lets nobody in without a key, and no role further than its own", async () => {
    await expect(connect("nested", null).chat.listEndings.query({})).rejects.toMatchObject({
      data: { code: "UNAUTHORIZED", httpStatus: 401 },
    });
    await expect(
      connect("nested", "a-wrong-key-of-somebody").chat.listEndings.query({}),
    ).rejects.toMatchObject({
      data: { code: "UNAUTHORIZED" },
    });
    await expect(connect("nested", serviceKey).chat.listEndings.query({})).rejects.toMatchObject({
      data: { code: "FORBIDDEN", httpStatus: 403 },
    });
    const made = await connect("nested", serviceKey).chat.createSession.mutate({ agentId: echoId, userId });
    const own = connect("nested", made.token ?? "");
    expect((await own.chat.getSession.query({ sessionId: made.sessionId })).sessionId).toBe(made.sessionId);
    await expect(own.chat.listSessions.query({})).rejects.toMatchObject({ data: { code: "FORBIDDEN" } });
    const other = await connect("nested", serviceKey).chat.createSession.mutate({ agentId: echoId, userId });
    await expect(own.chat.getSession.query({ sessionId: other.sessionId })).rejects.toMatchObject({
      data: { code: "FORBIDDEN" },
    });
  });

  it("keeps a procedure's access rule under whatever name the application gives it", async () => {
    const { adjourn } = opened;
    const renamed = t.router({ getSession: adjourn.router.listEndings });
    const handler = createHTTPHandler({ router: renamed, createContext: createContextOf(adjourn) });
    await using other = await listen(handler);
    const ask = (key: string) => fetch(`${other.url}/getSession?input={}`, { headers: { "X-API-KEY": key } });
    expect([(await ask(serviceKey)).status, (await ask(adminKey)).status]).toEqual([403, 200]);
  });

  it("holds calls to the same Host and Origin rules as its own endpoints", async () => {
    const answer = await fetch(`${host.url}/nested/chat.listAgents`, {
      headers: { ...headers, Origin: "https://elsewhere.example" },
    });
    expect(answer.status).toBe(403);
  });

  it("has its errors' codes in tRPC's own format, and all of them with Adjourn's", async () => {
    const sessionId = "00000000-0000-4000-8000-00000000dead";
    const ask = (path: "nested" | "formatted") =>
      connect(path, adminKey)
        .chat.getSession.query({ sessionId })
        .then(
          () => null,
          (error: unknown) => error,
        );
    const plain = await ask("nested");
    expect(plain).toBeInstanceOf(TRPCClientError);
    expect(plain).toMatchObject({
      message: "Session not found",
      data: { code: "NOT_FOUND", httpStatus: 404, path: "chat.getSession" },
    });
    expect(await ask("formatted")).toMatchObject({
      data: { session: { code: "SESSION_NOT_FOUND", details: { sessionId } } },
    });
  });

  it("streams events over the application's SSE until the session has ended", async () => {
    const { sessions } = opened.adjourn;
    const { sessionId } = await sessions.createSession({ agentId: echoId, userId });
    const types: string[] = [];
    await new Promise<void>((resolve, reject) => {
      connect("nested", adminKey).chat.sessionEvents.subscribe(
        { sessionId },
        {
          onData: ({ data }) => {
            types.push(data.type);
            if (data.type === "session.started") sessions.endSession({ sessionId }).catch(reject);
          },
          onComplete: resolve,
          onError: reject,
        },
      );
    });
    expect(types).toEqual(["session.started", "session.ended"]);
  });
});

it("is served by tRPC's standalone handler too", async () => {
  await using opened = await openAdjourn();
  const { adjourn } = opened;
  const handler = createHTTPHandler({ router: nested(adjourn), createContext: createContextOf(adjourn) });
  await using host = await listen(handler);
  const client = createTRPCClient<ReturnType<typeof nested>>({ links: [httpBatchLink({ url: host.url })] });
  const { sessionId } = await client.chat.createSession.mutate({ agentId: echoId, userId });
  expect((await client.chat.endSession.mutate({ sessionId })).success).toBe(true);
  await expect(adjourn.sessions.getSession({ sessionId })).rejects.toBeInstanceOf(SessionError);
});

it("is served by tRPC's adapter for Fastify, whose requests wrap those of Node", async () => {
  await using opened = await openAdjourn({ adminKeys: [adminKey] });
  const { adjourn } = opened;
  const app = fastify();
  await app.register(fastifyTRPCPlugin, {
    prefix: "/rpc",
    trpcOptions: { router: nested(adjourn), createContext: createContextOf(adjourn) },
  });
  const address = await app.listen({ port: 0, host: "127.0.0.1" });
  const connect = (given: Record<string, string>) =>
    createTRPCClient<ReturnType<typeof nested>>({
      links: [httpBatchLink({ url: `${address}/rpc`, headers: given })],
    });
  expect((await connect(headers).chat.listSessions.query({})).total).toBe(0);
  await expect(connect({}).chat.listSessions.query({})).rejects.toMatchObject({ data: { httpStatus: 401 } });
  await app.close();
});

it("is served by tRPC's WebSocket adapter, with a key in connectionParams", async () => {
  await using opened = await openAdjourn({ adminKeys: [adminKey] });
  const { adjourn } = opened;
  const wss = new WebSocketServer({ port: 0, host: "127.0.0.1" });
  await once(wss, "listening");
  applyWSSHandler({ wss, router: nested(adjourn), createContext: createContextOf(adjourn) });
  const { port } = wss.address() as AddressInfo;
  const ws = createWSClient({
    url: `ws://127.0.0.1:${port}`,
    connectionParams: { token: adminKey },
    WebSocket: WebSocket as never,
  });
  const client = createTRPCClient<ReturnType<typeof nested>>({ links: [wsLink({ client: ws })] });
  const { sessionId } = await client.chat.createSession.mutate({ agentId: echoId, userId });
  const types: string[] = [];
  await new Promise<void>((resolve, reject) => {
    client.chat.sessionEvents.subscribe(
      { sessionId },
      {
        onData: ({ data }) => {
          types.push(data.type);
          if (data.type === "session.started") adjourn.sessions.endSession({ sessionId }).catch(reject);
        },
        onComplete: resolve,
        onError: reject,
      },
    );
  });
  expect(types).toEqual(["session.started", "session.ended"]);
  await ws.close();
  for (const socket of wss.clients) socket.terminate();
  await new Promise((resolve) => wss.close(resolve));
});
