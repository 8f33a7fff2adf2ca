import { scriptedAgentId } from "@adjourn/testkit";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { sessionsPath } from "../setup/api-call.js";
import { hasReceived, plainWs } from "../setup/subscribing.js";
import { type Answer, createSession, restWire, type Wire, wires } from "../setup/wires.js";
import { contentsOf, type ScriptedServer, startScriptedServer } from "./held-reply.js";

let server: ScriptedServer;
beforeAll(async () => {
  server = await startScriptedServer();
});
afterAll(() => server[Symbol.asyncDispose]());

const key = { idempotencyKey: "key", content: "question" };

/** A session, and a send of the same message with the same key on every call. */
const startSession = async (wire: Wire) => {
  const { sessionId } = await createSession(wire, { agentId: scriptedAgentId });
  const send = (transport: string, input: object = {}): Promise<Answer> =>
    wire.call("sendSessionMessage", { sessionId, ...key, transport, ...input });
  return { sessionId, send };
};

const reply = async (text: string): Promise<void> => {
  const turn = await server.agent.nextTurn();
  turn.say(text);
  turn.finish();
};

describe.each(wires)("a send that is repeated with its key over $wire", ({ open }) => {
  it("is stored once and answered the same", async () => {
    await using wire = open(server.url);
    const { sessionId, send } = await startSession(wire);
    const [first, ...others] = await Promise.all([send("websocket"), send("websocket"), send("websocket")]);
    for (const other of others) expect(other).toEqual(first);
    await reply("answer");
    await expect.poll(() => contentsOf(wire, sessionId)).toEqual(["question", "answer"]);
    expect(await send("websocket")).toEqual(first);
    expect(await contentsOf(wire, sessionId)).toEqual(["question", "answer"]);
  });

  it("waits for the same reply, or gets it", async () => {
    await using wire = open(server.url);
    const { sessionId, send } = await startSession(wire);
    const stored = await send("websocket");
    const [first, second] = [send("http"), send("http")];
    await reply("answer");
    const answer = await first;
    expect(answer.body).toMatchObject({ ...stored.body, agentResponse: { text: "answer" } });
    expect(await second).toEqual(answer);
    expect(await send("http")).toEqual(answer);
    expect(await contentsOf(wire, sessionId)).toEqual(["question", "answer"]);
  });

  it("fails as the first did, and the agent is not asked again", async () => {
    await using wire = open(server.url);
    const { sessionId, send } = await startSession(wire);
    const first = send("http");
    const turn = await server.agent.nextTurn();
    turn.fail(new Error("out of order"));
    const failed = await first;
    expect(failed).toMatchObject({ status: 502, code: "AGENT_FAILED" });
    expect(await send("http")).toMatchObject({ status: 502, code: "AGENT_FAILED", details: failed.details });
    expect((await send("websocket")).code).toBeUndefined();
    expect(await contentsOf(wire, sessionId)).toEqual(["question"]);
  });

  it("fails with REPLY_CANCELLED if the reply was discarded", async () => {
    await using wire = open(server.url);
    const { sessionId, send } = await startSession(wire);
    const first = send("http");
    await server.agent.nextTurn();
    const { body } = await send("websocket");
    await wire.call("cancelReply", { sessionId, messageId: body.id, partial: "discard" });
    for (const answer of [await first, await send("http")])
      expect(answer).toMatchObject({ status: 409, code: "REPLY_CANCELLED" });
  });

  it("gets the first answer even after the session has ended", async () => {
    await using wire = open(server.url);
    const { sessionId, send } = await startSession(wire);
    const first = await send("websocket");
    await server.agent.nextTurn();
    await wire.call("endSession", { sessionId });
    expect(await send("websocket")).toEqual(first);
    expect(await send("http")).toMatchObject({ status: 410, code: "SESSION_ENDED" });
  });

  it("is refused with other content that is sent at once, and leaves no rejection unhandled", async () => {
    await using wire = open(server.url);
    const { sessionId, send } = await startSession(wire);
    const unhandled: unknown[] = [];
    const note = (cause: unknown) => unhandled.push(cause);
    process.on("unhandledRejection", note);
    const contents = Array.from({ length: 8 }, (_, i) => `question ${i}`);
    const answers = await Promise.all(contents.map((content) => send("websocket", { content })));
    await reply("answer");
    await expect.poll(() => contentsOf(wire, sessionId)).toHaveLength(2);
    process.off("unhandledRejection", note);
    expect(unhandled).toEqual([]);
    const codes = answers.map(({ code }) => code).filter(Boolean);
    expect(codes).toEqual(Array.from({ length: 7 }, () => "IDEMPOTENCY_KEY_REUSED"));
  });

  it("is 404 with other content once the session has ended", async () => {
    await using wire = open(server.url);
    const { sessionId, send } = await startSession(wire);
    await send("websocket");
    await reply("answer");
    await wire.call("endSession", { sessionId });
    for (const transport of ["websocket", "http"])
      expect(await send(transport, { content: "other" })).toMatchObject({
        status: 404,
        code: "SESSION_NOT_FOUND",
      });
  });

  it("is refused with other content, and the key of another session is another key", async () => {
    await using wire = open(server.url);
    const { sessionId, send } = await startSession(wire);
    await send("websocket");
    await reply("answer");
    for (const other of [{ content: "other" }, { metadata: { a: 1 } }, { attachments: [{ b: 2 }] }])
      expect(await send("websocket", other)).toMatchObject({ status: 409, code: "IDEMPOTENCY_KEY_REUSED" });
    await expect.poll(() => contentsOf(wire, sessionId)).toEqual(["question", "answer"]);
    const elsewhere = await startSession(wire);
    const sent = await elsewhere.send("websocket", { content: "other" });
    await reply("answer");
    expect(sent.body).toMatchObject({ content: "other" });
  });
});

describe("a stream that is repeated with its key", () => {
  /** The events of the stream as they come. */
  const openStream = async function* (sessionId: string) {
    const response = await fetch(`${server.url}${sessionsPath}/${sessionId}/messages`, {
      method: "POST",
      headers: { "Content-Type": "application/json", "Idempotency-Key": key.idempotencyKey },
      body: JSON.stringify({ content: key.content, transport: "sse" }),
    });
    let text = "";
    for await (const piece of response.body?.pipeThrough(new TextDecoderStream()) ?? []) {
      const blocks = (text + piece).split("\n\n");
      text = blocks.pop() ?? "";
      for (const block of blocks) {
        const [, event, data = ""] = /^event: (\w+)\ndata: (.*)$/.exec(block) ?? [];
        if (event) yield { event, data: JSON.parse(data) };
      }
    }
  };

  it("begins with the text so far and goes on", async () => {
    const { sessionId, send } = await startSession(restWire(server.url));
    await using listener = plainWs.listen(server.url, sessionId);
    await hasReceived(listener, "session.started");
    const { body } = await send("websocket");
    const turn = await server.agent.nextTurn();
    turn.say("one");
    turn.say(" two");
    await hasReceived(listener, "message.delta", 2);
    const events = openStream(sessionId);
    const next = async () => (await events.next()).value;
    expect(await next()).toMatchObject({ event: "user_message", data: { id: body.id } });
    expect(await next()).toMatchObject({ event: "chunk", data: { chunk: "one two", index: 1 } });
    turn.say(" three");
    expect(await next()).toMatchObject({ event: "chunk", data: { chunk: " three", index: 2 } });
    turn.finish();
    const whole = { text: "one two three", inReplyTo: body.id, finishReason: "stop" };
    expect(await next()).toMatchObject({ event: "done", data: whole });
    expect(await next()).toBeUndefined();
  });

  it("has the whole in one piece once the reply is stored", async () => {
    const { sessionId, send } = await startSession(restWire(server.url));
    const first = send("http");
    await reply("answer");
    const { body } = await first;
    const events: unknown[] = [];
    for await (const event of openStream(sessionId)) events.push(event);
    expect(events).toEqual([
      { event: "user_message", data: expect.objectContaining({ id: body.id, content: key.content }) },
      { event: "chunk", data: expect.objectContaining({ chunk: "answer" }) },
      { event: "done", data: body.agentResponse },
    ]);
  });
});
