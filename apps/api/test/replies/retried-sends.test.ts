import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createClient, retrySendLink, sessionErrorOf } from "@adjourn/client";
import type { AppRouter } from "@adjourn/router";
import { ScriptedAgent, scriptedAgentId } from "@adjourn/testkit";
import { createTRPCClient, type TRPCClient, wsLink } from "@trpc/client";
import { describe, expect, it, onTestFinished } from "vitest";
import { startTestServer } from "../setup/test-server.js";
import { createSession, openTrpcSocket, restWire } from "../setup/wires.js";
import { startAnswerLosingProxy } from "./answer-losing-proxy.js";

interface Client extends AsyncDisposable {
  readonly trpc: TRPCClient<AppRouter>;
}

const atOnce = (): number => 0;

const overHttp = (url: string, delayMs = atOnce): Client => {
  const { trpc, close } = createClient({ url, retrySend: { delayMs } });
  return { trpc, [Symbol.asyncDispose]: close };
};

const overWebSocket = (url: string, delayMs = atOnce, lazy = false): Client => {
  const client = openTrpcSocket(url, undefined, lazy);
  const links = [retrySendLink({ delayMs }), wsLink<AppRouter>({ client })];
  return { trpc: createTRPCClient<AppRouter>({ links }), [Symbol.asyncDispose]: () => client.close() };
};

const overLazyWebSocket = (url: string, delayMs = atOnce): Client => overWebSocket(url, delayMs, true);

const contentsOf = async (url: string, sessionId: string): Promise<unknown> => {
  const { body } = await restWire(url).call("getSessionMessages", { sessionId });
  return (body.messages as { content: string }[]).map(({ content }) => content);
};

describe.each([
  { wire: "HTTP", open: overHttp },
  { wire: "a WebSocket", open: overWebSocket },
  { wire: "a WebSocket that opens for a call", open: overLazyWebSocket },
])("the typed client over $wire", ({ open }) => {
  it.each(["websocket", "http"] as const)(
    "sends a message once if its first answer is lost, and gets the answer: %s",
    async (transport) => {
      await using server = await startTestServer();
      const { sessionId } = await createSession(restWire(server.url));
      await using proxy = await startAnswerLosingProxy(server.url, "sessionStatus");
      await using client = open(proxy.url);
      const answer = await client.trpc.sendSessionMessage.mutate({ sessionId, content: "hello", transport });
      expect(proxy.lost).toBe(1);
      expect(answer.content).toBe("hello");
      expect(answer.agentResponse?.text).toBe(transport === "http" ? "hello" : undefined);
      await expect.poll(() => contentsOf(server.url, sessionId)).toEqual(["hello", "hello"]);
      const { messages } = await client.trpc.getSessionMessages.query({ sessionId });
      expect(messages.map(({ id, inReplyTo }) => inReplyTo ?? id)).toEqual([answer.id, answer.id]);
    },
  );

  it("does not repeat a send that is refused", async () => {
    await using server = await startTestServer();
    const { sessionId } = await createSession(restWire(server.url));
    let retries = 0;
    await using client = open(server.url, () => ++retries);
    const refused: unknown = await client.trpc.sendSessionMessage
      .mutate({ sessionId, content: "" })
      .catch((error: unknown) => error);
    expect(sessionErrorOf(refused)?.code).toBe("VALIDATION_ERROR");
    expect(retries).toBe(0);
  });
});

it("a send to a server that drains is stored by the one that takes its place", async () => {
  const folder = await mkdtemp(join(tmpdir(), "adjourn-retry-"));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  const agent = new ScriptedAgent();
  const start = (port: string) =>
    startTestServer(
      { PORT: port, DATABASE_URL: `file:${join(folder, "adjourn.db")}` },
      { agents: { get: () => agent, list: () => [agent] } },
    );
  await using first = await start("0");
  const { url } = first;
  const wire = restWire(url);
  const { sessionId } = await createSession(wire, { agentId: scriptedAgentId });
  // A reply in flight keeps the first server draining.
  await wire.call("sendSessionMessage", { sessionId, content: "first" });
  const turn = await agent.nextTurn();
  const closed = first.close(20_000);
  await expect.poll(async () => (await wire.call("getSession", { sessionId })).status).toBe(503);

  let retries = 0;
  const delayMs = () => {
    retries += 1;
    return 5;
  };
  const client = createClient({ url, retrySend: { maxAttempts: Number.POSITIVE_INFINITY, delayMs } });
  const sent = client.trpc.sendSessionMessage.mutate({ sessionId, content: "second" });
  await expect.poll(() => retries).toBeGreaterThan(0);
  turn.say("reply");
  turn.finish();
  await closed;
  await using _second = await start(new URL(url).port);
  expect(await sent).toMatchObject({ content: "second" });
  expect(await contentsOf(url, sessionId)).toEqual(["second", "reply", "first"]);
});
