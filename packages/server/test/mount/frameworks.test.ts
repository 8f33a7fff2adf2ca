import type { AddressInfo } from "node:net";
import type { Adjourn } from "@adjourn/server";
import express from "express";
import fastify from "fastify";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import {
  createOver,
  echoId,
  type Host,
  listen,
  type Opened,
  openAdjourn,
  post,
  sessionsPath,
  userId,
} from "./mounted.js";

const inExpress = (adjourn: Adjourn): Promise<Host> => {
  const app = express();
  app.use(express.json({ limit: "1mb" }));
  app.get("/hello", (_request, response) => {
    response.send("hello");
  });
  app.use(adjourn.handler);
  app.use((_request, response) => {
    response.status(404).send("the application's own");
  });
  return listen(app, adjourn);
};

const inExpressBelowPrefix = async (adjourn: Adjourn): Promise<Host> => {
  const app = express();
  app.use(express.json());
  app.use("/chat", adjourn.handler);
  const host = await listen(app);
  return { ...host, url: `${host.url}/chat`, [Symbol.asyncDispose]: host[Symbol.asyncDispose] };
};

/** Fastify's own parser must leave the body alone. */
const inFastify = async (adjourn: Adjourn): Promise<Host> => {
  const app = fastify();
  await app.register(async (scope) => {
    scope.removeAllContentTypeParsers();
    scope.addContentTypeParser("*", (_request, _payload, done) => done(null));
    scope.all("/*", (request, reply) => {
      reply.hijack();
      adjourn.handler(request.raw, reply.raw);
    });
  });
  app.get("/hello", () => "hello");
  app.server.on("upgrade", adjourn.upgrade);
  await app.listen({ port: 0, host: "127.0.0.1" });
  const { port } = app.server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    wsUrl: `ws://127.0.0.1:${port}`,
    [Symbol.asyncDispose]: async () => {
      app.server.closeAllConnections();
      await app.close();
    },
  };
};

const inNode = (adjourn: Adjourn): Promise<Host> =>
  listen((request, response) => {
    adjourn.handler(request, response, () => response.end("hello"));
  }, adjourn);

describe.each([
  ["Express 5 behind express.json()", inExpress],
  ["Express 5 behind express.json(), below a prefix", inExpressBelowPrefix],
  ["Fastify 5", inFastify],
  ["node:http", inNode],
])("mounted in %s", (_, mount) => {
  let opened: Opened;
  let host: Host;
  beforeAll(async () => {
    opened = await openAdjourn();
    host = await mount(opened.adjourn);
  });
  afterAll(async () => {
    await host[Symbol.asyncDispose]();
    await opened[Symbol.asyncDispose]();
  });

  it("creates, reads and ends a session over REST", async () => {
    const sessionId = await createOver(host.url);
    const path = `${host.url}${sessionsPath}/${sessionId}`;
    const shown = await fetch(path);
    expect([shown.status, shown.headers.get("X-Request-Id")]).toEqual([200, expect.any(String)]);
    expect(await (await fetch(path, { method: "DELETE" })).json()).toEqual({
      success: true,
      message: `Session ${sessionId} deleted successfully`,
    });
    expect((await fetch(path)).status).toBe(404);
  });

  it("streams the reply to a send", async () => {
    const sessionId = await createOver(host.url);
    const body = { content: "one two", transport: "sse" };
    const answer = await post(`${host.url}${sessionsPath}/${sessionId}/messages`, body);
    expect(answer.headers.get("Content-Type")).toContain("text/event-stream");
    const text = await answer.text();
    expect(text.match(/^event: \w+/gm)?.at(0)).toBe("event: user_message");
    expect(text.match(/^event: \w+/gm)?.at(-1)).toBe("event: done");
  });

  it("runs a batch of tRPC mutations", async () => {
    const input = { agentId: echoId, userId };
    const answer = await post(`${host.url}/trpc/createSession,createSession?batch=1`, { 0: input, 1: input });
    expect(answer.status).toBe(200);
    expect(await answer.json()).toMatchObject([
      { result: { data: { userId } } },
      { result: { data: { userId } } },
    ]);
  });

  it("runs mutations through tRPC's own handler, for a client that asks for a stream of lines", async () => {
    const headers = { "trpc-accept": "application/jsonl" };
    const input = { agentId: echoId, userId };
    const answer = await post(`${host.url}/trpc/createSession?batch=1`, { 0: input }, headers);
    expect(answer.status).toBe(200);
    expect(await answer.text()).toContain(userId);
  });

  it("refuses a body that is too large, of another type, nested too deep or no object", async () => {
    const create = `${host.url}${sessionsPath}`;
    const huge = { agentId: echoId, userId, metadata: { text: "x".repeat(200_000) } };
    expect((await post(create, huge).catch(() => null))?.status).toBe(413);
    expect((await post(create, "text", { "Content-Type": "text/plain" })).status).toBe(415);
    const deep = `{"metadata":${'{"a":'.repeat(200)}1${"}".repeat(200)}}`;
    expect((await post(create, deep)).status).toBe(400);
    expect((await post(create, "[1]")).status).toBe(400);
    expect((await post(create, '{"__proto__":{"a":1}}')).status).toBe(400);
  });
});

describe("mounted in Express", () => {
  it("leaves other paths to the application, before it and after it", async () => {
    await using opened = await openAdjourn();
    await using host = await inExpress(opened.adjourn);
    expect(await (await fetch(`${host.url}/hello`)).text()).toBe("hello");
    const unknown = await fetch(`${host.url}/nowhere`);
    expect([unknown.status, await unknown.text()]).toEqual([404, "the application's own"]);
    expect((await fetch(`${host.url}${sessionsPath}/nowhere/at/all`)).headers.get("Content-Type")).toContain(
      "application/json",
    );
  });

  it("answers where a parser has read the body and kept nothing, and does not wait for it", async () => {
    await using opened = await openAdjourn();
    const app = express();
    app.use((request, _response, next) => {
      request.resume();
      request.once("end", next);
    });
    app.use(opened.adjourn.handler);
    await using host = await listen(app);
    const body = { agentId: echoId, userId };
    expect((await post(`${host.url}${sessionsPath}`, body)).status).toBe(500);
    expect((await post(`${host.url}/trpc/createSession`, body)).status).toBe(500);
  });

  it("keeps the headers that the application has set", async () => {
    await using opened = await openAdjourn();
    const app = express();
    app.use((_request, response, next) => {
      response.setHeader("X-Frame-Options", "SAMEORIGIN");
      next();
    });
    app.use(opened.adjourn.handler);
    await using host = await listen(app);
    const { headers } = await fetch(`${host.url}/healthz`);
    expect(headers.get("X-Frame-Options")).toBe("SAMEORIGIN");
    expect(headers.get("X-Content-Type-Options")).toBe("nosniff");
  });
});
