import { request as httpRequest, type IncomingMessage } from "node:http";
import { expect, test } from "vitest";
import { type RestServer, startRestServer, testUserId, unknownId } from "../../test/rest-server.js";

const body = { content: "hi", transport: "sse" };
const pathOf = (sessionId: string): string => `/api/messaging/sessions/${sessionId}/messages`;

const eventsOf = (text: string): { event: string; data: ReturnType<typeof JSON.parse> }[] =>
  text
    .split("\n\n")
    .filter((block) => block.startsWith("event: "))
    .map((block) => {
      const [event, data] = block.split("\n");
      return { event: event?.slice(7) ?? "", data: JSON.parse(data?.slice(6) ?? "") };
    });

test("a reply comes in pieces: the message, chunks, and the whole as it is stored", async () => {
  await using server = await startRestServer();
  const { sessionId } = await server.world.create();
  const asked = server.ask("POST", pathOf(sessionId), { body });
  const turn = await server.world.agent.nextTurn();
  turn.say("Hel");
  turn.say("lo");
  turn.finish();
  const { status, headers, text } = await asked;
  expect([status, headers["content-type"]]).toEqual([200, "text/event-stream; charset=utf-8"]);
  expect(headers["x-request-id"]).toBeTruthy();
  const events = eventsOf(text);
  expect(events.map(({ event }) => event)).toEqual(["user_message", "chunk", "chunk", "done"]);
  const { messages } = (await server.ask("GET", pathOf(sessionId))).json;
  expect(events[0]?.data).toEqual(messages[1]);
  expect(events[3]?.data).toEqual({ ...messages[0], text: "Hello" });
  const messageId = messages[0].id;
  expect(events[1]?.data).toEqual({ messageId, chunk: "Hel", index: 0 });
  expect(events[2]?.data).toEqual({ messageId, chunk: "lo", index: 1 });
});

test("the older mode 'stream' means the same", async () => {
  await using server = await startRestServer();
  const { sessionId } = await server.world.create();
  const asked = server.ask("POST", pathOf(sessionId), { body: { content: "hi", mode: "stream" } });
  (await server.world.agent.nextTurn()).finish();
  expect((await asked).headers["content-type"]).toMatch("text/event-stream");
});

test("what is refused before it begins has its status", async () => {
  await using server = await startRestServer();
  const { sessionId } = await server.world.create();
  expect((await server.ask("POST", pathOf(unknownId), { body })).status).toBe(404);
  const invalid = await server.ask("POST", pathOf(sessionId), { body: { ...body, content: "" } });
  expect([invalid.status, invalid.json.code]).toEqual([400, "VALIDATION_ERROR"]);
});

test.each([
  ["documented", (code: string) => ({ error: expect.any(String), code, details: expect.any(Object) })],
  ["elizaos", (_code: string) => ({ error: expect.any(String) })],
] as const)("an end in mid-reply is an error in the %s dialect", async (dialect, shape) => {
  await using server = await startRestServer({ dialect });
  const { sessionId } = await server.world.create();
  const asked = server.ask("POST", pathOf(sessionId), { body });
  (await server.world.agent.nextTurn()).say("Hel");
  await server.ask("DELETE", `/api/messaging/sessions/${sessionId}`);
  const events = eventsOf((await asked).text);
  expect(events.at(-1)).toEqual({ event: "error", data: shape("SESSION_ENDED") });
});

test("a failing agent is an error, and its message stays in the log", async () => {
  await using server = await startRestServer();
  const { sessionId } = await server.world.create();
  const asked = server.ask("POST", pathOf(sessionId), { body });
  (await server.world.agent.nextTurn()).fail(new Error("secret at /srv/x.js"));
  const { text } = await asked;
  expect(eventsOf(text).at(-1)).toMatchObject({ event: "error", data: { code: "AGENT_FAILED" } });
  expect(text).not.toContain("secret");
});

const open = (server: RestServer, path: string): Promise<IncomingMessage> =>
  new Promise((resolve, reject) => {
    const headers = { "Content-Type": "application/json" };
    httpRequest(`${server.url}${path}`, { method: "POST", headers, agent: false }, resolve)
      .once("error", reject)
      .end(JSON.stringify(body));
  });

test("a reader who leaves stops nothing: the reply is stored", async () => {
  await using server = await startRestServer();
  const { sessionId } = await server.world.create();
  const asked = open(server, pathOf(sessionId));
  const turn = await server.world.agent.nextTurn();
  turn.say("Hel");
  const response = await asked;
  response.on("error", () => {}).destroy();
  turn.say("lo");
  turn.finish();
  await expect
    .poll(async () => (await server.ask("GET", pathOf(sessionId))).json.messages[0].content)
    .toBe("Hello");
});

test("a slow reader is waited for, and gets every piece in the end", async () => {
  const pieces = 400;
  const chunk = "x".repeat(64 * 1_024);
  let pulled = 0;
  async function* read() {
    for (; pulled < pieces; pulled += 1) yield { messageId: "reply", chunk, index: pulled };
  }
  const userMessage = {
    id: "sent",
    content: "hi",
    authorId: testUserId,
    createdAt: "2026-01-01T00:00:00.000Z",
    metadata: {},
    isAgent: false,
    inReplyTo: null,
  };
  const reply = {
    ...userMessage,
    id: "reply",
    isAgent: true,
    inReplyTo: "sent",
    content: "whole",
    text: "whole",
  };
  await using server = await startRestServer({
    sessions: (real) => ({
      ...real,
      streamSessionMessage: async () => ({
        userMessage,
        replyId: "reply",
        chunks: read(),
        reply: Promise.resolve(reply),
      }),
    }),
  });
  const response = await open(server, pathOf(unknownId));
  await expect
    .poll(
      async () => {
        const before = pulled;
        await server.ask("GET", "/api/agents");
        return pulled > 0 && pulled === before;
      },
      { timeout: 10_000 },
    )
    .toBe(true);
  expect(pulled).toBeLessThan(pieces);
  let text = "";
  for await (const part of response.setEncoding("utf8")) text += part;
  expect(eventsOf(text)).toHaveLength(pieces + 2);
});
