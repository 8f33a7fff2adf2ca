import { describe, expect, it } from "vitest";
import { createHeldSteps } from "../disconnects/held-steps.js";
import { startHeldReply, startScriptedServer } from "../replies/held-reply.js";
import { startTestServer, until } from "../setup/test-server.js";
import { createSession, restWire } from "../setup/wires.js";
import { callTool, overHttp } from "./open-mcp.js";

describe("a tool that meets a reply in flight", () => {
  it("cancels it once, and keeps its text so far", async () => {
    await using server = await startScriptedServer();
    await using held = await startHeldReply(server);
    const { sessionId, replyId, turn } = held;
    const cancel = () => callTool(server.url, "cancel_reply", { sessionId, messageId: replyId });
    const results = await Promise.all([cancel(), cancel()]);
    const outcomes = results.map(({ structuredContent }) => structuredContent);
    expect(outcomes).toContainEqual({ stored: true });
    expect(outcomes).toContainEqual({ code: "REPLY_NOT_FOUND", details: { sessionId, messageId: replyId } });
    expect(turn.turn.signal.aborted).toBe(true);
    expect(await held.stored()).toEqual(["question", "half a"]);
    expect((await held.answer).body).toMatchObject({ agentResponse: { finishReason: "cancelled" } });
  });

  it("ends its session, and whoever waits for the reply gets an error", async () => {
    await using server = await startScriptedServer();
    await using held = await startHeldReply(server);
    const { sessionId } = held;
    const ended = await callTool(server.url, "end_session", { sessionId, reason: "enough" });
    expect(ended.structuredContent).toMatchObject({ success: true, cause: "requested" });
    expect(await held.answer).toMatchObject({ code: "SESSION_ENDED", details: { reason: "enough" } });
    await until(async () => (await held.wire.call("getEnding", { sessionId })).body.operationsAborted === 1);
    const ending = await callTool(server.url, "get_ending", { sessionId });
    expect(ending.structuredContent).toMatchObject({ via: "mcp", endedBy: "anonymous" });
  });
});

describe("a session that ends while a tool is called", () => {
  it.each([
    ["get_session", "SESSION_NOT_FOUND"],
    ["read_transcript", "SESSION_NOT_FOUND"],
    ["end_session", "SESSION_NOT_FOUND"],
  ])("%s answers as it was before the end, or refuses", async (name, code) => {
    const steps = createHeldSteps();
    await using server = await startTestServer({}, { around: steps.around });
    await using admin = restWire(server.url);
    const client = await overHttp(server.url, "2025-11-25");
    const call = async (sessionId: string) =>
      (await client.callTool({ name, arguments: { sessionId } })).structuredContent;
    const listed = steps.begin();
    await call((await createSession(admin)).sessionId);
    const own = listed().filter((step) => step.startsWith("store."));
    // The first one creates the session.
    const awaits = own.slice(own.findIndex((step) => step.startsWith("store.createSession")) + 1);
    expect(awaits.length).toBeGreaterThan(0);
    for (const step of awaits) {
      const { sessionId } = await createSession(admin);
      const { reached, release } = steps.hold(step);
      const called = call(sessionId);
      await reached;
      await admin.call("endSession", { sessionId });
      release();
      const content = JSON.stringify(await called);
      expect(content.startsWith('{"code"') ? content.includes(code) : content.length > 2).toBe(true);
      expect(await call(sessionId)).toMatchObject({ code });
    }
    await client.close();
  });
});
