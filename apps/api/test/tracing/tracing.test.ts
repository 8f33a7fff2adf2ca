import { once } from "node:events";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { Overrides } from "@adjourn/server";
import { createFakeClock } from "@adjourn/testkit";
import { expect, it, vi } from "vitest";
import { WebSocket } from "ws";
import { ask, sessionsPath } from "../setup/api-call.js";
import { eventOf, startModelServer, streamOf } from "../setup/model-server.js";
import { type ReceivedSpan, startOtlpReceiver } from "../setup/otlp-receiver.js";
import { temporaryFolder } from "../setup/server-process.js";
import { adminKey, startTestServer, typewriterId, until, userId } from "../setup/test-server.js";
import { createSession, restWire, trpcHttpWire, trpcWsWire } from "../setup/wires.js";

const kinds = { internal: 1, server: 2, client: 3, producer: 4 };
const failed = 2;

// Everything is exported at once, by the close of the server.
vi.stubEnv("OTEL_BSP_SCHEDULE_DELAY", "600000");

/** A server that exports to a receiver of its own. */
const startTraced = async (env: NodeJS.ProcessEnv = {}, overrides: Overrides = {}) => {
  const receiver = await startOtlpReceiver();
  const server = await startTestServer({ OTEL_EXPORTER_OTLP_ENDPOINT: receiver.url, ...env }, overrides);
  return {
    receiver,
    server,
    rest: restWire(server.url),
    /** Closes the server. All that it recorded is received then. */
    async finish() {
      await server.close();
      await until(() => receiver.bodies.length > 0);
    },
    async [Symbol.asyncDispose]() {
      await server[Symbol.asyncDispose]();
      await receiver[Symbol.asyncDispose]();
    },
  };
};

const childrenOf = (spans: readonly ReceivedSpan[], { spanId }: ReceivedSpan) =>
  spans.filter(({ parentSpanId }) => parentSpanId === spanId);

it("an end continues its caller's trace, with its commit, its publication and its release", async () => {
  await using traced = await startTraced();
  const { sessionId } = await createSession(traced.rest);
  const traceId = "0af7651916cd43dd8448eb211c80319c";
  const headers = { traceparent: `00-${traceId}-b7ad6b7169203331-01`, tracestate: "other=state" };
  await ask(traced.server.url, "DELETE", `${sessionsPath}/${sessionId}`, { headers });
  await traced.finish();
  const [end, ...others] = await traced.receiver.named("endSession");
  expect(others).toEqual([]);
  expect(end).toMatchObject({
    traceId,
    parentSpanId: "b7ad6b7169203331",
    kind: kinds.server,
    status: 0,
    attributes: {
      "http.request.method": "DELETE",
      "http.response.status_code": 200,
      "gen_ai.conversation.id": sessionId,
    },
    resource: { "service.name": "adjourn", "service.instance.id": expect.any(String) },
  });
  const children = childrenOf(traced.receiver.spans, end);
  const shown = children.map(({ name, kind, attributes }) => [
    name,
    kind,
    attributes["gen_ai.conversation.id"],
  ]);
  expect(shown.sort()).toEqual([
    ["commit", kinds.client, sessionId],
    ["publish", kinds.producer, sessionId],
    ["release", kinds.internal, sessionId],
  ]);
  for (const child of children) expect(child.traceId).toBe(traceId);
  expect(traced.receiver.bodies.join()).not.toContain("other=state");
});

it("spans are exported in protobuf to a collector that wants it", async () => {
  await using traced = await startTraced({ OTEL_EXPORTER_OTLP_PROTOCOL: "http/protobuf" });
  await createSession(traced.rest);
  await traced.finish();
  expect(traced.receiver.requests.map(({ url, headers }) => [url, headers["content-type"]])).toEqual([
    ["/v1/traces", "application/x-protobuf"],
  ]);
  expect(traced.receiver.bodies.join()).toContain("createSession");
});

it("a call on a socket has a span of its own, a refused one too", async () => {
  await using traced = await startTraced();
  const { sessionId } = await createSession(traced.rest);
  {
    await using socket = trpcWsWire(traced.server.url);
    expect(await socket.call("endSession", { sessionId })).toMatchObject({ status: 200 });
    expect(await socket.call("endSession", { sessionId })).toMatchObject({ status: 404 });
    expect(await socket.call("renewSession", { sessionId: 1 })).toMatchObject({ status: 400 });
  }
  await traced.finish();
  const ends = await traced.receiver.named("endSession");
  expect(ends.map(({ kind, parentSpanId }) => [kind, parentSpanId])).toEqual([
    [kinds.server, undefined],
    [kinds.server, undefined],
  ]);
  const [first, second] = ends;
  expect(
    childrenOf(traced.receiver.spans, first)
      .map(({ name }) => name)
      .sort(),
  ).toEqual(["commit", "publish", "release"]);
  expect(second).toMatchObject({ status: 0, attributes: { "error.type": "SESSION_NOT_FOUND" } });
  expect(await traced.receiver.named("renewSession")).toMatchObject([
    { status: 0, kind: kinds.server, attributes: { "error.type": "VALIDATION_ERROR" } },
  ]);
});

it.each([
  ["over HTTP", "GET", { "http.response.status_code": 404 }],
  ["on a socket", "query", { "error.type": "NOT_FOUND" }],
])(
  "a call of an unknown procedure %s has a span without the name that was asked for",
  async (where, name, attributes) => {
    await using traced = await startTraced();
    const { url, wsUrl } = traced.server;
    if (where === "over HTTP") await ask(url, "GET", "/trpc/secret-name");
    else {
      const socket = new WebSocket(`${wsUrl}/trpc`);
      await once(socket, "open");
      socket.send(JSON.stringify({ id: 1, method: "query", params: { path: "secret-name" } }));
      const [answer] = await once(socket, "message");
      expect(JSON.parse(String(answer))).toMatchObject({ id: 1, error: { data: { code: "NOT_FOUND" } } });
      socket.terminate();
    }
    await traced.finish();
    expect(await traced.receiver.named(name)).toMatchObject([{ kind: kinds.server, status: 0, attributes }]);
    expect(traced.receiver.bodies.join()).not.toContain("secret-name");
  },
);

it("a call over tRPC's HTTP is named by its operation, one over MCP has its operation below it", async () => {
  await using traced = await startTraced();
  const { sessionId } = await createSession(traced.rest);
  await using wire = trpcHttpWire(traced.server.url);
  await wire.call("getSession", { sessionId });
  const call = { name: "end_session", arguments: { sessionId } };
  await ask(traced.server.url, "POST", "/mcp", {
    headers: { Accept: "application/json, text/event-stream" },
    body: { jsonrpc: "2.0", id: 1, method: "tools/call", params: call },
  });
  await traced.finish();
  expect(await traced.receiver.named("getSession")).toMatchObject([
    { kind: kinds.server, attributes: { "http.request.method": "GET", "gen_ai.conversation.id": sessionId } },
  ]);
  const [mcp] = await traced.receiver.named("mcp");
  expect(await traced.receiver.named("endSession")).toMatchObject([
    { kind: kinds.internal, parentSpanId: mcp.spanId },
  ]);
});

it("an agent's call has the attributes of a model's call, and its failure the type of the error", async () => {
  const usage = { prompt_tokens: 12, completion_tokens: 34 };
  const end = eventOf({ choices: [{ index: 0, delta: {}, finish_reason: "length" }], usage });
  await using model = await startModelServer(
    (response) =>
      response
        .writeHead(200, { "Content-Type": "text/event-stream" })
        .end(`${streamOf("fine ", "words")}${end}data: [DONE]\n\n`),
    (response) => response.writeHead(401).end("sk-test-secret is wrong"),
  );
  await using folder = await temporaryFolder();
  const agentId = "00000000-0000-4000-8000-00000000a9e7";
  const agent = { id: agentId, name: "Model", kind: "openai", baseUrl: `${model.url}/v1`, model: "m" };
  const file = join(folder.path, "agents.json");
  await writeFile(file, JSON.stringify([agent]));
  await using traced = await startTraced({ AGENTS_FILE: file });
  const { sessionId } = await createSession(traced.rest, { agentId });
  const send = { sessionId, content: "hello", transport: "http" };
  expect(await traced.rest.call("sendSessionMessage", send)).toMatchObject({ status: 201 });
  expect(await traced.rest.call("sendSessionMessage", send)).toMatchObject({ status: 502 });
  await traced.finish();
  const invoked = await traced.receiver.named("invoke_agent");
  const attributes = {
    "gen_ai.operation.name": "invoke_agent",
    "gen_ai.agent.id": agentId,
    "gen_ai.agent.name": "Model",
    "gen_ai.conversation.id": sessionId,
  };
  expect(invoked).toMatchObject([
    {
      kind: kinds.client,
      status: 0,
      attributes: {
        ...attributes,
        "gen_ai.response.finish_reasons": ["length"],
        "gen_ai.usage.input_tokens": 12,
        "gen_ai.usage.output_tokens": 34,
      },
    },
    { kind: kinds.client, status: failed, attributes: { ...attributes, "error.type": expect.any(String) } },
  ]);
  const sends = await traced.receiver.named("sendSessionMessage");
  expect(sends).toMatchObject([
    { status: 0 },
    { status: failed, attributes: { "http.response.status_code": 502, "error.type": "AGENT_FAILED" } },
  ]);
  // The request, the reply in it, the agent's call in that.
  const [reply] = await traced.receiver.named("reply");
  expect([invoked[0].parentSpanId, reply.parentSpanId]).toEqual([reply.spanId, sends[0].spanId]);
  expect(traced.receiver.bodies.join()).not.toContain("sk-test-secret");
});

it("a reply that an end cuts off has a span that says so", async () => {
  await using traced = await startTraced();
  const { sessionId } = await createSession(traced.rest, {
    agentId: typewriterId,
    metadata: { delayMs: 60_000 },
  });
  await traced.rest.call("sendSessionMessage", { sessionId, content: "never written" });
  await traced.rest.call("endSession", { sessionId });
  await traced.finish();
  expect(await traced.receiver.named("invoke_agent")).toMatchObject([
    { status: 0, attributes: { "error.type": "SESSION_ENDED", "gen_ai.agent.id": typewriterId } },
  ]);
});

it("sessions that are ended together share a trace", async () => {
  await using traced = await startTraced();
  await createSession(traced.rest);
  await createSession(traced.rest);
  expect((await traced.rest.call("endSessions", { userId })).body).toMatchObject({ ended: 2 });
  await traced.finish();
  const [end] = await traced.receiver.named("endSessions");
  const names = childrenOf(traced.receiver.spans, end).map(({ name }) => name);
  expect(names.filter((name) => !name.startsWith("store.")).sort()).toEqual([
    "commit",
    "commit",
    "publish",
    "publish",
    "release",
    "release",
  ]);
});

it("a session that expires has the trace of an end, without a call", async () => {
  const clock = createFakeClock();
  await using traced = await startTraced({}, { clock });
  await createSession(traced.rest, { timeoutConfig: { timeoutMinutes: 5 } });
  await clock.advance(5 * 60_000 + 1_000);
  await until(async () => ((await traced.rest.call("listEndings")).body.endings as unknown[]).length === 1);
  await traced.finish();
  const [sweep] = await traced.receiver.named("expireSessions");
  expect(sweep).toMatchObject({ parentSpanId: undefined, kind: kinds.internal });
  const names = childrenOf(traced.receiver.spans, sweep).map(({ name }) => name);
  expect(names).toEqual(expect.arrayContaining(["commit", "publish", "release"]));
});

it("no key, token, ticket or text is in any span", async () => {
  await using traced = await startTraced({ ADJOURN_ADMIN_KEY: `desk:${adminKey}` });
  const { url } = traced.server;
  const wire = restWire(url, { key: adminKey });
  const { body: session } = await wire.call("createSession", {
    agentId: typewriterId,
    userId,
    metadata: { note: "secret-metadata" },
  });
  const sessionId = String(session.sessionId);
  const token = String(session.token);
  const { body: issued } = await wire.call("issueTicket");
  const ticket = String(issued.ticket);
  await wire.call("sendSessionMessage", { sessionId, content: "secret-content", transport: "http" });
  await wire.call("listSessions", { q: "secret-words" });
  await restWire(url, { key: token }).call("getSession", { sessionId });
  await restWire(url, { ticket }).call("getSession", { sessionId });
  await ask(url, "GET", `${sessionsPath}/${adminKey}?ticket=${ticket}`, { key: "a-wrong-key-of-somebody" });
  await ask(url, "GET", `/no/${adminKey}`, { key: adminKey });
  await using socket = trpcWsWire(url, { key: adminKey });
  await socket.call("getSession", { sessionId: adminKey });
  await wire.call("endSession", { sessionId, reason: "secret-reason" });
  await traced.finish();
  const sent = traced.receiver.bodies.join();
  expect(sent).toContain(sessionId);
  const hidden = [adminKey, token, ticket, "a-wrong-key", "secret-", userId];
  for (const text of hidden) expect(sent).not.toContain(text);
});

it("probes have no spans, and what a server does by itself has none", async () => {
  await using traced = await startTraced();
  for (const path of ["/healthz", "/readyz", "/metrics"]) await ask(traced.server.url, "GET", path);
  await createSession(traced.rest);
  await traced.finish();
  const names = traced.receiver.spans.map(({ name }) => name);
  expect(names.sort()).toEqual(["createSession", "store.createSession"]);
});
