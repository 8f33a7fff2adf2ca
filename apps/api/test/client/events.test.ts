import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { SessionError, type SessionEvent } from "@adjourn/client";
import { freePort } from "@adjourn/testkit";
import { describe, expect, it } from "vitest";
import { openTcpGate } from "../cluster/setup/tcp-gate.js";
import { startAnswerLosingProxy } from "../replies/answer-losing-proxy.js";
import { contentsOf } from "../replies/held-reply.js";
import { adminKey, startTestServer, until } from "../setup/test-server.js";
import { createSession, restWire } from "../setup/wires.js";
import { collect, openClient, startScripted } from "./client-setup.js";

const typesOf = (events: readonly SessionEvent[]) => events.map(({ type }) => type);
const userContents = (events: readonly SessionEvent[]) =>
  events.flatMap((event) =>
    event.type === "message" && !event.message.isAgent ? event.message.content : [],
  );

describe("events", () => {
  it("end after session.ended, whoever ended it", async () => {
    await using server = await startTestServer();
    const { sessionId } = await createSession(restWire(server.url));
    await using client = openClient(server.url);
    const received = collect(client.session(sessionId).events());
    await received.at(1);
    await client.session(sessionId).send("hello");
    await restWire(server.url).call("endSession", { sessionId, reason: "enough" });
    expect(await received.ended).toBeNull();
    expect(typesOf(received.given)).toEqual([
      "session.started",
      "message",
      "session.renewed",
      "message.delta",
      "message",
      "session.ended",
    ]);
    expect(received.given.at(-1)).toMatchObject({ cause: "requested", reason: "enough" });
  });

  it("of a session that has ended or never existed fail with the server's error", async () => {
    await using server = await startTestServer();
    const { sessionId } = await createSession(restWire(server.url));
    await using client = openClient(server.url);
    await client.session(sessionId).end();
    for (const id of [sessionId, "never"]) {
      const failed = await collect(client.session(id).events()).ended;
      expect(failed).toBeInstanceOf(SessionError);
      expect(failed).toMatchObject({ code: "SESSION_NOT_FOUND", details: { sessionId: id } });
    }
  });

  it("continue after the last one when the server restarts, none missing and none repeated", async () => {
    const folder = await mkdtemp(join(tmpdir(), "adjourn-restart-"));
    const env = { PORT: String(await freePort()), DATABASE_URL: `file:${join(folder, "adjourn.db")}` };
    const first = await startTestServer(env);
    const { sessionId } = await createSession(restWire(first.url));
    await using client = openClient(first.url);
    const received = collect(client.session(sessionId).events());
    await received.at(1);
    const say = (content: string) =>
      restWire(first.url).call("sendSessionMessage", { sessionId, content, transport: "http" });
    await say("before");
    await received.at(4);
    await first.close(0);
    await using second = await startTestServer(env);
    await say("meanwhile");
    await until(() => userContents(received.given).length === 2);
    await say("after");
    await restWire(second.url).call("endSession", { sessionId });
    expect(await received.ended).toBeNull();
    expect(userContents(received.given)).toEqual(["before", "meanwhile", "after"]);
    expect(typesOf(received.given).at(-1)).toBe("session.ended");
    await rm(folder, { recursive: true, force: true });
  });

  it("report an end that came while the connection was lost", async () => {
    await using server = await startTestServer({ ADJOURN_ADMIN_KEY: adminKey });
    await using gate = await openTcpGate(server.url);
    const wire = restWire(server.url, { key: adminKey });
    const { sessionId } = await createSession(wire);
    await using client = openClient(gate.url, { token: adminKey });
    const received = collect(client.session(sessionId).events());
    await received.at(1);
    gate.refuse();
    await wire.call("endSession", { sessionId });
    gate.open();
    expect(await received.ended).toMatchObject({ code: "SESSION_NOT_FOUND" });
  });

  it("end when the client is closed, and when the loop is left nobody listens any more", async () => {
    await using server = await startTestServer();
    const { sessionId } = await createSession(restWire(server.url));
    const client = openClient(server.url);
    const listeners = async () => (await client.trpc.listSessions.query()).sessions[0]?.listeners;
    for await (const { type } of client.session(sessionId).events()) {
      expect(type).toBe("session.started");
      break;
    }
    await until(async () => (await listeners()) === 0);
    const received = collect(client.session(sessionId).events());
    await received.at(1);
    await client.close();
    expect(await received.ended).toBeNull();
  });
});

describe("cancel", () => {
  it("cuts every reply under way, stores the text so far, and leaves the session live", async () => {
    await using scripted = await startScripted();
    await using client = openClient(scripted.server.url);
    const session = client.session(scripted.sessionId);
    const replies = [session.send("one"), session.send("two")];
    // The sends are separate requests: either may arrive first.
    for (const turn of [await scripted.nextTurn(), await scripted.nextTurn()]) turn.say("half");
    for (const reply of replies) expect(await collect(reply).at(1)).toEqual(["half"]);
    expect(await session.cancel()).toBe(2);
    for (const reply of replies)
      expect(await reply).toMatchObject({ content: "half", finishReason: "cancelled" });
    expect(await session.cancel()).toBe(0);
    const contents = await contentsOf(restWire(scripted.server.url), scripted.sessionId);
    expect(contents.toSorted()).toEqual(["half", "half", "one", "two"]);
  });

  it("of one reply stores nothing on request, and fails the callers that wait for it", async () => {
    await using scripted = await startScripted();
    await using client = openClient(scripted.server.url);
    const session = client.session(scripted.sessionId);
    const received = collect(session.events());
    await received.at(1);
    const reply = session.send("one");
    const text = collect(reply);
    (await scripted.nextTurn()).say("half");
    await text.at(1);
    const messageId = received.given.flatMap((event) =>
      event.type === "message" ? event.message.id : [],
    )[0];
    expect(await session.cancel({ messageId, partial: "discard" })).toBe(1);
    await expect(reply).rejects.toMatchObject({ code: "REPLY_CANCELLED" });
    expect(await session.cancel({ messageId })).toBe(0);
  });
});

describe("end", () => {
  it("succeeds once; later callers get SESSION_NOT_FOUND", async () => {
    await using server = await startTestServer();
    const { sessionId } = await createSession(restWire(server.url));
    await using client = openClient(server.url);
    const session = client.session(sessionId);
    const outcomes = await Promise.allSettled([session.end({ reason: "enough" }), session.end()]);
    expect(outcomes.map(({ status }) => status).sort()).toEqual(["fulfilled", "rejected"]);
    expect(outcomes.find(({ status }) => status === "rejected")).toMatchObject({
      reason: { name: "SessionError", code: "SESSION_NOT_FOUND", details: { sessionId } },
    });
  });

  it("whose answer was lost gets it again", async () => {
    await using server = await startTestServer();
    const { sessionId } = await createSession(restWire(server.url));
    await using proxy = await startAnswerLosingProxy(server.url, "endedAt");
    await using client = openClient(proxy.url);
    expect(await client.session(sessionId).end({ reason: "enough" })).toMatchObject({
      sessionId,
      cause: "requested",
      reason: "enough",
    });
    expect(proxy.lost).toBe(1);
  });
});
