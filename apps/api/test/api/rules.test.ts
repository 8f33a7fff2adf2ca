import { createFakeClock } from "@adjourn/testkit";
import { describe, expect, it } from "vitest";
import { ask, channelsPath, sessionsPath } from "../setup/api-call.js";
import { databases } from "../setup/databases.js";
import { echoId, startTestServer, typewriterId, until, userId } from "../setup/test-server.js";
import { createSession, restWire, type Wire, wires } from "../setup/wires.js";

const minute = 60_000;
const otherUserId = "00000000-0000-4000-8000-0000000000bb";

const start = async (open: (url: string) => Wire) => {
  const clock = createFakeClock();
  const server = await startTestServer({}, { clock });
  const wire = open(server.url);
  const call = async (operation: string, input: Record<string, unknown>) => wire.call(operation, input);
  const close = async () => {
    await wire[Symbol.asyncDispose]();
    await server[Symbol.asyncDispose]();
  };
  const at = (ms: number) => new Date(ms).toISOString();
  return { clock, server, wire, call, at, [Symbol.asyncDispose]: close };
};

describe.each(wires)("the rules over $wire", ({ open }) => {
  it("a PATCH changes what it names and counts anew from the last activity", async () => {
    await using world = await start(open);
    const { clock, call, at } = world;
    const began = clock.now();
    const { sessionId } = await createSession(world.wire, {
      timeoutConfig: { autoRenew: false, warningThresholdMinutes: 7 },
    });
    await clock.advance(10 * minute);
    await call("sessionHeartbeat", { sessionId });
    await clock.advance(5 * minute);
    const { body } = await call("updateSessionTimeout", { sessionId, timeoutMinutes: 20 });
    expect(body).toMatchObject({
      lastActivity: at(began + 10 * minute),
      expiresAt: at(began + 30 * minute),
      timeRemaining: 15 * minute,
      renewalCount: 0,
      timeoutConfig: {
        timeoutMinutes: 20,
        autoRenew: false,
        maxDurationMinutes: 720,
        warningThresholdMinutes: 7,
      },
    });
    const capped = await call("updateSessionTimeout", { sessionId, maxDurationMinutes: 20 });
    expect(capped.body).toMatchObject({
      expiresAt: at(began + 20 * minute),
      timeoutConfig: { timeoutMinutes: 20 },
    });
  });

  it("a PATCH whose result is past expires the session at once", async () => {
    await using world = await start(open);
    const { clock, call, at } = world;
    const began = clock.now();
    const { sessionId } = await createSession(world.wire);
    await clock.advance(10 * minute);
    const { status, body } = await call("updateSessionTimeout", { sessionId, timeoutMinutes: 5 });
    expect([status, body.timeRemaining, body.expiresAt]).toEqual([200, 0, at(began + 5 * minute)]);
    const expired = {
      status: 410,
      code: "SESSION_EXPIRED",
      details: { sessionId, expiresAt: at(began + 5 * minute) },
    };
    for (let time = 0; time < 3; time += 1)
      expect(await call("getSession", { sessionId })).toMatchObject(expired);
    expect(await call("updateSessionTimeout", { sessionId, timeoutMinutes: 60 })).toMatchObject(expired);
    expect(await call("endSession", { sessionId })).toMatchObject({ status: 404, code: "SESSION_NOT_FOUND" });
    expect((await call("listEndings", {})).body.endings).toMatchObject([
      { cause: "expired", endedBy: "system", actor: null },
    ]);
  });

  it("messages and heartbeats renew where autoRenew is on, up to the cap; a reply never does", async () => {
    await using world = await start(open);
    const { clock, call, at } = world;
    const began = clock.now();
    const config = { timeoutMinutes: 10, maxDurationMinutes: 15 };
    const { sessionId } = await createSession(world.wire, { timeoutConfig: config });
    await clock.advance(4 * minute);
    const sent = await call("sendSessionMessage", { sessionId, content: "hi", transport: "http" });
    expect(sent.body.sessionStatus).toEqual({
      expiresAt: at(began + 14 * minute),
      renewalCount: 1,
      wasRenewed: true,
      isNearExpiration: false,
    });
    expect((await call("getSession", { sessionId })).body).toMatchObject({
      renewalCount: 1,
      expiresAt: at(began + 14 * minute),
    });
    await clock.advance(4 * minute);
    expect((await call("sessionHeartbeat", { sessionId })).body).toMatchObject({
      renewalCount: 2,
      expiresAt: at(began + 15 * minute),
    });
    const atCap = await call("sendSessionMessage", { sessionId, content: "hi", transport: "http" });
    expect(atCap.body.sessionStatus).toMatchObject({
      wasRenewed: false,
      renewalCount: 2,
      expiresAt: at(began + 15 * minute),
    });
    expect(await call("renewSession", { sessionId })).toMatchObject({
      status: 422,
      code: "SESSION_RENEWAL_FAILED",
    });
    await clock.advance(7 * minute);
    expect(await call("renewSession", { sessionId })).toMatchObject({ status: 410, code: "SESSION_EXPIRED" });
    expect((await call("listEndings", {})).body.endings).toMatchObject([
      { cause: "max_duration", messageCount: 4 },
    ]);
  });

  it("without autoRenew activity is noted and renews nothing; a manual renew always does", async () => {
    await using world = await start(open);
    const { clock, call, at } = world;
    const began = clock.now();
    const { sessionId } = await createSession(world.wire, { timeoutConfig: { autoRenew: false } });
    await clock.advance(10 * minute);
    const noted = {
      lastActivity: at(began + 10 * minute),
      expiresAt: at(began + 30 * minute),
      renewalCount: 0,
    };
    expect((await call("sessionHeartbeat", { sessionId })).body).toMatchObject(noted);
    const sent = await call("sendSessionMessage", { sessionId, content: "x" });
    expect(sent.body.sessionStatus).toMatchObject({ wasRenewed: false, renewalCount: 0 });
    expect((await call("renewSession", { sessionId })).body).toMatchObject({
      expiresAt: at(began + 40 * minute),
      renewalCount: 1,
    });
  });

  it("a channel continues after the end of its session, for its own user and with any agent", async () => {
    await using world = await start(open);
    const { call } = world;
    const first = await createSession(world.wire);
    const { channelId } = first;
    const create = (input: object) =>
      call("createSession", { agentId: typewriterId, userId, channelId, ...input });
    await call("sendSessionMessage", { sessionId: first.sessionId, content: "earlier", transport: "http" });
    expect(await create({})).toMatchObject({ status: 409, code: "CHANNEL_IN_USE" });
    const foreign = { status: 404, code: "CHANNEL_NOT_FOUND", details: { channelId } };
    expect(await create({ userId: otherUserId })).toMatchObject(foreign);
    await call("endSession", { sessionId: first.sessionId });
    expect(await create({ userId: otherUserId })).toMatchObject(foreign);
    const { body: second } = await create({});
    expect(second).toMatchObject({ channelId, agentId: typewriterId });
    const { sessionId } = second;
    await call("sendSessionMessage", { sessionId, content: "later", transport: "http" });
    const { body } = await call("getSessionMessages", { sessionId });
    const messages = body.messages as { content: string; metadata: object }[];
    expect(messages.map(({ metadata }) => metadata)).toEqual([
      { sessionId },
      { sessionId },
      { sessionId: first.sessionId },
      { sessionId: first.sessionId },
    ]);
    await call("endSession", { sessionId });
    const { body: ended } = await call("listEndings", { search: channelId });
    expect((ended.endings as { messageCount: number }[]).map(({ messageCount }) => messageCount)).toEqual([
      2, 2,
    ]);
  });

  it("an erased channel is gone, its endings stay without their reasons", async () => {
    await using world = await start(open);
    const { call } = world;
    const { sessionId, channelId } = await createSession(world.wire, { metadata: { secret: "s" } });
    await call("sendSessionMessage", { sessionId, content: "secret", transport: "http" });
    expect(await call("eraseChannel", { channelId })).toMatchObject({ status: 409, code: "CHANNEL_IN_USE" });
    await call("endSession", { sessionId, reason: "secret" });
    const erased = await call("eraseChannel", { channelId });
    expect(erased.body).toEqual({ success: true, message: expect.stringContaining(channelId) });
    const gone = { status: 404, code: "CHANNEL_NOT_FOUND" };
    expect(await call("eraseChannel", { channelId })).toMatchObject(gone);
    expect(await call("getChannelMessages", { channelId })).toMatchObject(gone);
    expect(await call("createSession", { agentId: echoId, userId, channelId })).toMatchObject(gone);
    expect((await call("listEndings", {})).body.endings).toMatchObject([
      { sessionId, reason: null, messageCount: 2 },
    ]);
    expect(await call("getSession", { sessionId })).toMatchObject({ status: 404, code: "SESSION_NOT_FOUND" });
  });

  it("a retried create gets the first answer, whether its session has ended or not; another body with its key is 409", async () => {
    await using world = await start(open);
    const { call, clock } = world;
    const input = { agentId: echoId, userId, metadata: { a: 1, b: { c: 2 } }, idempotencyKey: "key" };
    const first = await call("createSession", input);
    const sessionId = String(first.body.sessionId);
    const reordered = { ...input, metadata: { b: { c: 2 }, a: 1 } };
    expect(await call("createSession", reordered)).toEqual(first);
    for (const other of [
      { metadata: {} },
      { timeoutConfig: {} },
      { userId: otherUserId },
      { agentId: typewriterId },
    ])
      expect(await call("createSession", { ...input, ...other })).toMatchObject({
        status: 409,
        code: "IDEMPOTENCY_KEY_REUSED",
      });
    // A missing session is reported before a violated rule.
    for (const [missing, code] of [
      [{ agentId: otherUserId }, "AGENT_NOT_FOUND"],
      [{ channelId: otherUserId }, "CHANNEL_NOT_FOUND"],
      [{ channelId: first.body.channelId, userId: otherUserId }, "CHANNEL_NOT_FOUND"],
    ] as const)
      expect(await call("createSession", { ...input, ...missing })).toMatchObject({ status: 404, code });
    expect((await call("listSessions", {})).body.total).toBe(1);
    // The same key belongs to another operation here.
    const ended = await call("endSession", { sessionId, idempotencyKey: "key", reason: "done" });
    expect(await call("createSession", input)).toEqual(first);
    expect(await call("endSession", { sessionId, idempotencyKey: "key", reason: "other words" })).toEqual(
      ended,
    );
    expect(await call("endSession", { sessionId, idempotencyKey: "another" })).toMatchObject({ status: 404 });
    expect(await call("endSession", { sessionId })).toMatchObject({ status: 404 });
    const second = await createSession(world.wire);
    expect(await call("endSession", { sessionId: second.sessionId, idempotencyKey: "key" })).toMatchObject({
      status: 200,
    });
    await clock.advance(60 * minute);
    expect(await call("createSession", input)).toEqual(first);
  });

  it("concurrent creates with one key make one session", async () => {
    await using world = await start(open);
    const input = { agentId: echoId, userId, idempotencyKey: "once" };
    const answers = await Promise.all(Array.from({ length: 12 }, () => world.call("createSession", input)));
    expect(new Set(answers.map(({ body }) => JSON.stringify(body))).size).toBe(1);
    expect((await world.call("listSessions", {})).body.total).toBe(1);
  });
});

describe.each(databases)("a retried end on $name", ({ skip, start: open }) => {
  it.skipIf(skip)(
    "gets the first answer, however soon it comes, and what was cut is in the ending",
    async () => {
      await using server = await open();
      const wire = wires[1].open(server.url);
      const { sessionId } = await createSession(wire, { agentId: typewriterId });
      const rest = restWire(server.url);
      await rest.call("sendSessionMessage", { sessionId, content: "a b", metadata: { delayMs: 60_000 } });
      const listening = ask(server.url, "GET", `${sessionsPath}/${sessionId}/events`);
      await until(async () => {
        const { body } = await rest.call("listSessions");
        return (body.sessions as { listeners: number }[])[0]?.listeners === 1;
      });
      const end = { sessionId, idempotencyKey: "once" };
      const first = await wire.call("endSession", end);
      const retries = await Promise.all([wire.call("endSession", end), wire.call("endSession", end)]);
      expect(first).toMatchObject({ status: 200, body: { success: true, sessionId } });
      for (const retry of retries) expect(retry).toEqual(first);
      await until(async () => {
        const { body } = await rest.call("getEnding", { sessionId });
        return body.listenersDropped === 1 && body.operationsAborted === 1;
      });
      expect((await listening).text).toContain("session.ended");
      const { headers } = await ask(server.url, "GET", `${channelsPath}/none/messages`);
      expect(headers["x-request-id"]).toBeTruthy();
    },
  );
});
