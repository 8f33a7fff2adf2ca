import { scriptedAgentId } from "@adjourn/testkit";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { contentsOf, type ScriptedServer, startScriptedServer } from "../replies/held-reply.js";
import { ask } from "../setup/api-call.js";
import { createSession, restWire, type Wire } from "../setup/wires.js";
import { openChat, readUiMessages, textOf } from "./open-chat.js";

let server: ScriptedServer;
let wire: Wire;
beforeAll(async () => {
  server = await startScriptedServer();
  wire = restWire(server.url);
});
afterAll(() => server[Symbol.asyncDispose]());

let sessionId: string;
beforeEach(async () => {
  ({ sessionId } = await createSession(wire, { agentId: scriptedAgentId }));
});

const userMessage = (...texts: string[]) => ({
  role: "user",
  parts: texts.map((text) => ({ type: "text", text })),
});

/** As version 4 of the SDK has it. */
const oldStyle = { role: "user", content: "new" };

const post = (body: unknown) => ask(server.url, "POST", "/api/chat", { body });

/** A chat whose message has been sent, and whose reply the test writes. */
const sendHello = async () => {
  const { chat, data } = openChat(server.url, sessionId);
  const sent = chat.sendMessage({ text: "hello" });
  const turn = await server.agent.nextTurn();
  turn.say("Good ");
  await expect.poll(() => textOf(chat.lastMessage)).toBe("Good ");
  return { chat, data, sent, turn };
};

describe("useChat", () => {
  it("sends a message and streams the reply, both of which are stored", async () => {
    const { chat, sent, turn } = await sendHello();
    expect(chat.status).toBe("streaming");
    turn.say("day");
    turn.finish();
    await sent;
    expect([chat.status, textOf(chat.lastMessage)]).toEqual(["ready", "Good day"]);
    const stored = await readUiMessages(server.url, sessionId);
    expect(stored.map(textOf)).toEqual(["hello", "Good day"]);
    expect(stored[1]?.id).toBe(chat.lastMessage?.id);
  });

  it("that is reloaded in mid-reply shows the text so far and the rest", async () => {
    const { sent, turn } = await sendHello();
    const messages = await readUiMessages(server.url, sessionId);
    const { chat } = openChat(server.url, sessionId, { messages });
    const resumed = chat.resumeStream();
    await expect.poll(() => textOf(chat.lastMessage)).toBe("Good ");
    turn.say("day");
    turn.finish();
    await Promise.all([resumed, sent]);
    expect(chat.status).toBe("ready");
    expect(chat.messages.map(textOf)).toEqual(["hello", "Good day"]);
  });

  it("that is reloaded with nothing under way stays ready", async () => {
    const { chat } = openChat(server.url, sessionId);
    await chat.resumeStream();
    expect([chat.status, chat.messages]).toEqual(["ready", []]);
  });

  it("whose reply is stopped keeps the text so far, as the channel does", async () => {
    const { chat, sent, turn } = await sendHello();
    const stop = () => ask(server.url, "POST", `/api/chat/${sessionId}/stop`);
    expect(await stop()).toMatchObject({ status: 204, text: "" });
    await sent;
    expect([chat.status, textOf(chat.lastMessage)]).toEqual(["ready", "Good "]);
    expect(turn.turn.signal.aborted).toBe(true);
    expect(await contentsOf(wire, sessionId)).toEqual(["hello", "Good "]);
    expect((await stop()).status).toBe(204);
  });

  it("whose reply is stopped before its first word is ready again, with nothing stored", async () => {
    const { chat } = openChat(server.url, sessionId);
    const sent = chat.sendMessage({ text: "hello" });
    await server.agent.nextTurn();
    const other = openChat(server.url, sessionId);
    const resumed = other.chat.resumeStream();
    await expect.poll(() => other.chat.lastMessage?.role).toBe("assistant");
    expect((await ask(server.url, "POST", `/api/chat/${sessionId}/stop`)).status).toBe(204);
    await Promise.all([sent, resumed]);
    for (const { status, error } of [chat, other.chat]) expect([status, error]).toEqual(["ready", undefined]);
    expect(await contentsOf(wire, sessionId)).toEqual(["hello"]);
  });

  it("that is closed cancels nothing", async () => {
    const { chat, sent, turn } = await sendHello();
    await chat.stop();
    await sent;
    turn.say("day");
    turn.finish();
    await expect.poll(() => contentsOf(wire, sessionId)).toEqual(["hello", "Good day"]);
  });

  it.each(["enough", null])("receives an end in mid-reply, for the reason %s", async (reason) => {
    const { data, chat, sent, turn } = await sendHello();
    const other = openChat(server.url, sessionId, { messages: chat.messages.slice(0, 1) });
    const resumed = other.chat.resumeStream();
    await expect.poll(() => textOf(other.chat.lastMessage)).toBe("Good ");
    await wire.call("endSession", { sessionId, ...(reason === null ? {} : { reason }) });
    await Promise.all([sent, resumed]);
    expect(turn.turn.signal.aborted).toBe(true);
    for (const open of [{ chat, data }, other]) {
      expect([open.chat.status, open.chat.error]).toEqual(["ready", undefined]);
      expect(open.data).toMatchObject([
        { type: "data-session-ended", data: { cause: "requested", reason, endedAt: expect.any(String) } },
      ]);
    }
  });

  it("of a session that has ended shows why nothing can be sent, and resumes nothing", async () => {
    await wire.call("endSession", { sessionId });
    const { chat } = openChat(server.url, sessionId);
    await chat.resumeStream();
    expect(chat.status).toBe("ready");
    await chat.sendMessage({ text: "anybody there?" });
    expect(chat.status).toBe("error");
    expect(JSON.parse(chat.error?.message ?? "")).toMatchObject({
      error: "Session not found",
      code: "SESSION_NOT_FOUND",
    });
    const messages = await ask(server.url, "GET", `/api/chat/${sessionId}/messages`);
    expect([messages.status, messages.json.code]).toEqual([404, "SESSION_NOT_FOUND"]);
  });

  it("shows the failure of an agent", async () => {
    const { chat, sent, turn } = await sendHello();
    turn.fail(new Error("secret at /srv/x.js"));
    await sent;
    expect(chat.status).toBe("error");
    expect(chat.error?.message).not.toContain("secret");
  });
});

it("a resumed reader that leaves is no longer a listener, and stops nothing", async () => {
  const { sent, turn } = await sendHello();
  const listeners = async () => {
    const { sessions } = (await wire.call("listSessions", { search: sessionId })).body;
    return (sessions as { listeners: number }[])[0]?.listeners;
  };
  const leaving = new AbortController();
  const reader = await fetch(`${server.url}/api/chat/${sessionId}/stream`, { signal: leaving.signal });
  expect(reader.status).toBe(200);
  await expect.poll(listeners).toBe(1);
  leaving.abort();
  await expect.poll(listeners).toBe(0);
  turn.finish();
  await sent;
  expect(await contentsOf(wire, sessionId)).toEqual(["hello", "Good "]);
});

it("of several replies under way the newest is resumed, and all are stopped", async () => {
  const asked = ["first", "second"].map((content) =>
    wire.call("sendSessionMessage", { sessionId, content, transport: "http" }),
  );
  const turns = [await server.agent.nextTurn(), await server.agent.nextTurn()];
  for (const { say, turn } of turns.map((turn) => ({ say: turn.say.bind(turn), turn: turn.turn })))
    say(`re: ${turn.message.content}`);
  const newest = (await readUiMessages(server.url, sessionId)).at(-1);
  const { chat } = openChat(server.url, sessionId);
  const resumed = chat.resumeStream();
  await expect.poll(() => textOf(chat.lastMessage)).toBe(`re: ${textOf(newest)}`);
  expect((await ask(server.url, "POST", `/api/chat/${sessionId}/stop`)).status).toBe(204);
  await Promise.all([resumed, ...asked]);
  expect(turns.map(({ turn }) => turn.signal.aborted)).toEqual([true, true]);
});

describe("POST /api/chat", () => {
  const parts = (text: string) =>
    text
      .split("\n\n")
      .filter(Boolean)
      .map((block) => block.slice("data: ".length))
      .map((data) => (data === "[DONE]" ? data : JSON.parse(data)));

  it("sends the text parts of the last user message, and answers with the parts in order", async () => {
    const answer = post({
      id: sessionId,
      trigger: "submit-message",
      messages: [
        userMessage("earlier"),
        { role: "assistant", parts: [{ type: "text", text: "?" }] },
        {
          role: "user",
          parts: [
            { type: "file", url: "data:," },
            ...userMessage("one", "two").parts,
            { type: "text", text: 3 },
          ],
        },
      ],
      tools: { search: {} },
      metadata: { any: "thing" },
    });
    const turn = await server.agent.nextTurn();
    expect(turn.turn.message.content).toBe("one\ntwo");
    turn.say("a");
    turn.finish();
    const { headers, text } = await answer;
    expect(headers).toMatchObject({
      "content-type": "text/event-stream",
      "cache-control": "no-cache",
      "x-vercel-ai-ui-message-stream": "v1",
      "x-accel-buffering": "no",
    });
    const [, reply] = (await readUiMessages(server.url, sessionId)) ?? [];
    const id = reply?.id;
    expect(parts(text)).toEqual([
      { type: "start", messageId: id },
      { type: "start-step" },
      { type: "text-start", id },
      { type: "text-delta", id, delta: "a" },
      { type: "text-end", id },
      { type: "finish-step" },
      { type: "finish", finishReason: "stop" },
      "[DONE]",
    ]);
  });

  it("streams a repeated post with the same key to its one reply", async () => {
    const headers = { "Idempotency-Key": crypto.randomUUID() };
    const body = { id: sessionId, messages: [userMessage("once")] };
    const send = () => ask(server.url, "POST", "/api/chat", { body, headers });
    const first = send();
    const turn = await server.agent.nextTurn();
    turn.say("whole");
    const second = send();
    turn.finish();
    expect((await second).text).toBe((await first).text);
    expect(await contentsOf(wire, sessionId)).toEqual(["once", "whole"]);
  });

  it.each([
    ["a reply to be written anew", { trigger: "regenerate-message" }],
    ["no message", { messages: [] }],
    ["no message of the user", { messages: [{ role: "assistant", parts: [] }] }],
    ["a last message of the user without parts", { messages: [userMessage("old"), oldStyle] }],
    ["no text", { messages: [userMessage()] }],
    ["too long a text", { messages: [userMessage("x".repeat(4_001))] }],
    ["messages that are none", { messages: "hello" }],
    ["no session", { id: 7 }],
  ])("refuses %s with 400 and stores nothing", async (_, change) => {
    const answer = await post({ id: sessionId, messages: [userMessage("hi")], ...change });
    expect([answer.status, answer.json.code]).toEqual([400, "VALIDATION_ERROR"]);
    expect(await contentsOf(wire, sessionId)).toEqual([]);
  });

  it("takes a history of up to 4 MiB", async () => {
    const history = Array.from({ length: 1_000 }, () => userMessage("x".repeat(4_000)));
    const answer = post({ id: sessionId, messages: [...history, userMessage("short")] });
    (await server.agent.nextTurn()).finish();
    expect((await answer).status).toBe(200);
    const tooLong = await post({ id: sessionId, messages: [...history, ...history.slice(0, 50)] });
    expect([tooLong.status, tooLong.json.code]).toEqual([413, "PAYLOAD_TOO_LARGE"]);
  });

  it("answers other methods with 405 and other paths with 404", async () => {
    expect(await ask(server.url, "GET", "/api/chat")).toMatchObject({
      status: 405,
      headers: { allow: "POST" },
    });
    expect((await ask(server.url, "GET", `/api/chat/${sessionId}`)).status).toBe(404);
    expect((await ask(server.url, "POST", `/api/chat/${sessionId}/stream`)).status).toBe(405);
  });
});

it("all messages of a long channel are read, oldest first", async () => {
  const contents = Array.from({ length: 230 }, (_, index) => `message ${index}`);
  for (const content of contents) {
    await wire.call("sendSessionMessage", { sessionId, content });
    (await server.agent.nextTurn()).fail(new Error("no reply"));
  }
  expect((await readUiMessages(server.url, sessionId)).map(textOf)).toEqual(contents);
});
