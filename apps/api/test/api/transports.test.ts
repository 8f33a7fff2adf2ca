import { ScriptedAgent, scriptedAgentId } from "@adjourn/testkit";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { ask, channelsPath, sessionsPath } from "../setup/api-call.js";
import { echoId, startTestServer, type TestServer, typewriterId, userId } from "../setup/test-server.js";

const keys = (value: object) => Object.keys(value).join(" ");
const messageKeys = "id content authorId isAgent inReplyTo createdAt metadata";

let documented: TestServer;
beforeAll(async () => {
  documented = await startTestServer();
});
afterAll(() => documented[Symbol.asyncDispose]());

const create = async (server: TestServer, body: object = { agentId: echoId, userId }) =>
  (await ask(server.url, "POST", sessionsPath, { body })).json;

describe("transport sse, and the older modes", () => {
  const eventsOf = (text: string) =>
    [...text.matchAll(/^event: (\w+)\ndata: (.*)$/gm)].map(([, event, data]) => ({
      event,
      data: JSON.parse(data ?? ""),
    }));

  it.each([{ transport: "sse" }, { mode: "stream" }])(
    "%j streams the message, its pieces and the whole",
    async (how) => {
      const { sessionId } = await create(documented, { agentId: typewriterId, userId });
      const path = `${sessionsPath}/${sessionId}/messages`;
      const { status, text } = await ask(documented.url, "POST", path, {
        body: { content: "one two", ...how },
      });
      expect(status).toBe(200);
      const events = eventsOf(text);
      expect(events.map(({ event }) => event)).toEqual(["user_message", "chunk", "chunk", "done"]);
      const [message, first, second, done] = events.map(({ data }) => data);
      expect(keys(message)).toBe(messageKeys);
      expect(keys(first)).toBe("messageId chunk index");
      expect([first.index, second.index]).toEqual([0, 1]);
      expect(first.messageId).toBe(done.id);
      expect(done).toMatchObject({ text: first.chunk + second.chunk, inReplyTo: message.id, isAgent: true });
      const { messages } = (await ask(documented.url, "GET", path)).json;
      expect(messages).toEqual([(({ text: _, ...stored }) => stored)(done), message]);
    },
  );

  it.each([
    [{}, false],
    [{ mode: "websocket" }, false],
    [{ mode: "sync" }, true],
    [{ transport: "websocket", mode: "sync" }, false],
  ])("%j: whether the reply comes with the answer is %s", async (how, replied) => {
    const { sessionId } = await create(documented);
    const { status, json } = await ask(documented.url, "POST", `${sessionsPath}/${sessionId}/messages`, {
      body: { content: "hi", ...how },
    });
    expect([status, "agentResponse" in json]).toEqual([201, replied]);
  });

  it("an agent that fails is 502 over http and an error event over sse, and its reply is not stored", async () => {
    const agent = new ScriptedAgent();
    const agents = { get: () => agent, list: () => [agent] };
    await using server = await startTestServer({}, { agents });
    const { sessionId, channelId } = await create(server, { agentId: scriptedAgentId, userId });
    const path = `${sessionsPath}/${sessionId}/messages`;
    const fail = async (after: string) => {
      const turn = await agent.nextTurn();
      if (after !== "") turn.say(after);
      turn.fail(new Error("the model is on fire"));
    };
    const [http] = await Promise.all([
      ask(server.url, "POST", path, { body: { content: "a", transport: "http" } }),
      fail(""),
    ]);
    expect([http.status, http.json.code]).toEqual([502, "AGENT_FAILED"]);
    const [sse] = await Promise.all([
      ask(server.url, "POST", path, { body: { content: "b", transport: "sse" } }),
      fail("half a"),
    ]);
    const events = eventsOf(sse.text);
    expect(events.map(({ event }) => event)).toEqual(["user_message", "chunk", "error"]);
    expect(keys(events[2]?.data)).toBe("error code details");
    expect(events[2]?.data.code).toBe("AGENT_FAILED");
    const { messages } = (await ask(server.url, "GET", `${channelsPath}/${channelId}/messages`)).json;
    expect(messages.map(({ content }: { content: string }) => content)).toEqual(["b", "a"]);
    expect(http.text + sse.text).not.toContain("on fire");
  });
});
