import { SessionError } from "@adjourn/client";
import { describe, expect, it } from "vitest";
import { openTcpGate } from "../cluster/setup/tcp-gate.js";
import { contentsOf } from "../replies/held-reply.js";
import { restWire } from "../setup/wires.js";
import { collect, openClient, startScripted } from "./client-setup.js";

describe("send", () => {
  it("gives the text as it is written, to every loop from its beginning, and then the message", async () => {
    await using scripted = await startScripted();
    await using client = openClient(scripted.server.url);
    const reply = client.session(scripted.sessionId).send("question");
    const turn = await scripted.nextTurn();
    const early = collect(reply);
    turn.say("half ");
    expect(await early.at(1)).toEqual(["half "]);
    turn.say("an answer");
    await early.at(2);
    const late = collect(reply);
    turn.finish();
    const message = await reply;
    expect(message).toMatchObject({ content: "half an answer", isAgent: true, finishReason: "stop" });
    expect(message).not.toHaveProperty("text");
    expect([await early.ended, await late.ended]).toEqual([null, null]);
    expect([early.given.join(""), late.given.join("")]).toEqual(["half an answer", "half an answer"]);
  });

  it("survives a lost connection: the message is stored once, the text is complete and none of it comes twice", async () => {
    await using scripted = await startScripted();
    await using gate = await openTcpGate(scripted.server.url);
    await using client = openClient(gate.url.replace(/\/$/, ""), {
      retrySend: { delayMs: () => 10, maxAttempts: 1_000 },
    });
    const reply = client.session(scripted.sessionId).send("question");
    const text = collect(reply);
    const turn = await scripted.nextTurn();
    turn.say("one ");
    await text.at(1);
    gate.refuse();
    turn.say("two ");
    gate.open();
    await text.at(2);
    turn.say("three");
    turn.finish();
    expect(await reply).toMatchObject({ content: "one two three" });
    expect(await text.ended).toBeNull();
    expect(text.given).toEqual(["one ", "two ", "three"]);
    expect(await contentsOf(restWire(scripted.server.url), scripted.sessionId)).toEqual([
      "question",
      "one two three",
    ]);
  });

  it("is left by its signal alone: the reply goes on and is stored", async () => {
    await using scripted = await startScripted();
    await using client = openClient(scripted.server.url);
    const leave = new AbortController();
    const reply = client.session(scripted.sessionId).send("question", { signal: leave.signal });
    const text = collect(reply);
    const turn = await scripted.nextTurn();
    turn.say("half ");
    await text.at(1);
    const reason = new Error("enough");
    leave.abort(reason);
    await expect(reply).rejects.toBe(reason);
    expect(await text.ended).toBe(reason);
    turn.say("an answer");
    turn.finish();
    await expect
      .poll(() => contentsOf(restWire(scripted.server.url), scripted.sessionId))
      .toEqual(["question", "half an answer"]);
    expect(turn.turn.signal.aborted).toBe(false);
  });

  it("with a signal that has aborted already sends nothing", async () => {
    await using scripted = await startScripted();
    await using client = openClient(scripted.server.url);
    const signal = AbortSignal.abort(new Error("never"));
    await expect(client.session(scripted.sessionId).send("question", { signal })).rejects.toThrow("never");
    expect(await contentsOf(restWire(scripted.server.url), scripted.sessionId)).toEqual([]);
  });

  it("in a loop alone throws there, and nowhere else", async () => {
    await using scripted = await startScripted();
    await using client = openClient(scripted.server.url);
    const failed = await collect(client.session("no-such-session").send("question")).ended;
    expect(failed).toBeInstanceOf(SessionError);
    expect(failed).toMatchObject({ code: "SESSION_NOT_FOUND", details: { sessionId: "no-such-session" } });
  });

  it("to a server that does not answer fails with NO_ANSWER and the cause, after its attempts", async () => {
    const scripted = await startScripted();
    await using client = openClient(scripted.server.url);
    await scripted[Symbol.asyncDispose]();
    const failed: unknown = await client
      .session(scripted.sessionId)
      .send("question")
      .catch((error: unknown) => error);
    expect(failed).toBeInstanceOf(SessionError);
    expect(failed).toMatchObject({ code: "NO_ANSWER", cause: { name: "TypeError" } });
  });
});

describe.each(["documented", "elizaos"])("in the %s dialect", (REST_DIALECT) => {
  it("a refused send has the server's code and details", async () => {
    await using scripted = await startScripted({ REST_DIALECT });
    await using client = openClient(scripted.server.url);
    await expect(client.session(scripted.sessionId).send("")).rejects.toMatchObject({
      code: "VALIDATION_ERROR",
      details: { issues: [{ path: "content" }] },
    });
    await expect(client.session("gone").send("question")).rejects.toMatchObject({
      code: "SESSION_NOT_FOUND",
      details: { sessionId: "gone" },
    });
  });

  it("an agent that fails in mid-reply is AGENT_FAILED, in the loop and in the promise", async () => {
    await using scripted = await startScripted({ REST_DIALECT });
    await using client = openClient(scripted.server.url);
    const reply = client.session(scripted.sessionId).send("question");
    const text = collect(reply);
    const turn = await scripted.nextTurn();
    turn.say("half");
    await text.at(1);
    turn.fail(new Error("the model broke"));
    await expect(reply).rejects.toMatchObject({ name: "SessionError", code: "AGENT_FAILED" });
    expect(await text.ended).toMatchObject({ code: "AGENT_FAILED" });
    expect(text.given).toEqual(["half"]);
  });
});

describe("an end in mid-reply", () => {
  it("fails whoever waits with SESSION_ENDED, with when and why", async () => {
    await using scripted = await startScripted();
    await using client = openClient(scripted.server.url);
    const session = client.session(scripted.sessionId);
    const reply = session.send("question");
    const text = collect(reply);
    const turn = await scripted.nextTurn();
    turn.say("half");
    await text.at(1);
    const { endedAt } = await session.end({ reason: "enough" });
    const ended = { code: "SESSION_ENDED", details: { endedAt, cause: "requested", reason: "enough" } };
    await expect(reply).rejects.toMatchObject(ended);
    expect(await text.ended).toMatchObject(ended);
  });
});
