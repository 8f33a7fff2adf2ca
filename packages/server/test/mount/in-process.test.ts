import { SessionError, type SessionEvent } from "@adjourn/server";
import { afterAll, beforeAll, describe, expect, expectTypeOf, it } from "vitest";
import { echoId, type Opened, openAdjourn, typewriterId, userId } from "./mounted.js";

describe("calls in the same process", () => {
  let opened: Opened;
  beforeAll(async () => {
    opened = await openAdjourn({ adminKeys: ["an-admin-key-of-the-tests"] });
  });
  afterAll(() => opened[Symbol.asyncDispose]());

  const create = async () =>
    (await opened.adjourn.sessions.createSession({ agentId: echoId, userId })).sessionId;

  it("have every operation, with its own types and an admin's rights", async () => {
    const { sessions } = opened.adjourn;
    const session = await sessions.createSession({ agentId: echoId, userId });
    expectTypeOf(session.expiresAt).toEqualTypeOf<string>();
    expect(session.token).toEqual(expect.any(String));
    const sent = await sessions.sendSessionMessage({
      sessionId: session.sessionId,
      content: "hi",
      transport: "http",
    });
    expect(sent.agentResponse?.text).toBe("hi");
    await sessions.endSession({ sessionId: session.sessionId, reason: "done" });
    expect(await sessions.getEnding({ sessionId: session.sessionId })).toMatchObject({
      endedBy: "admin",
      reason: "done",
    });
    expect((await sessions.listSessions()).total).toBe(0);
    expect((await sessions.getSessionsHealth()).status).toBe("healthy");
  });

  it("check their input, and fail with a SessionError", async () => {
    const { sessions } = opened.adjourn;
    const invalid = sessions.createSession({ agentId: "no uuid", userId });
    await expect(invalid).rejects.toBeInstanceOf(SessionError);
    await expect(invalid).rejects.toMatchObject({ code: "VALIDATION_ERROR" });
    await expect(sessions.getSession({ sessionId: "none" })).rejects.toMatchObject({ name: "SessionError" });
    // @ts-expect-error: an operation's input can't be left out
    await expect(sessions.getSession()).rejects.toMatchObject({ code: "VALIDATION_ERROR" });
  });

  it("subscribe to a session's events until it has ended", async () => {
    const { sessions } = opened.adjourn;
    const sessionId = await create();
    const events = await sessions.sessionEvents({ sessionId });
    await sessions.sendSessionMessage({ sessionId, content: "hi", transport: "http" });
    await sessions.endSession({ sessionId });
    const seen: SessionEvent["type"][] = [];
    for await (const event of events) seen.push(event.type);
    expect(seen.at(0)).toBe("session.started");
    expect(seen.at(-1)).toBe("session.ended");
    await expect(sessions.sessionEvents({ sessionId })).rejects.toMatchObject({ code: "SESSION_NOT_FOUND" });
  });

  it("can be iterated without being awaited first", async () => {
    const { sessions } = opened.adjourn;
    const sessionId = await create();
    const seen: SessionEvent["type"][] = [];
    for await (const { type } of sessions.sessionEvents({ sessionId })) {
      seen.push(type);
      if (type === "session.started") await sessions.endSession({ sessionId });
    }
    expect(seen).toEqual(["session.started", "session.ended"]);
    const over = sessions.sessionEvents({ sessionId })[Symbol.asyncIterator]();
    await expect(over.next()).rejects.toMatchObject({ code: "SESSION_NOT_FOUND" });
  });

  it("leave by their signal, and are held no longer", async () => {
    const { sessions } = opened.adjourn;
    const sessionId = await create();
    const listeners = async () =>
      (await sessions.listSessions()).sessions.find((one) => one.sessionId === sessionId)?.listeners;
    const leaving = new AbortController();
    await sessions.sessionEvents({ sessionId }, { signal: leaving.signal });
    expect(await listeners()).toBe(1);
    leaving.abort();
    expect(await listeners()).toBe(0);
  });

  it("watch all sessions", async () => {
    const { sessions } = opened.adjourn;
    const leaving = new AbortController();
    const events = sessions.adminEvents({ signal: leaving.signal })[Symbol.asyncIterator]();
    const sessionId = await create();
    for (;;) {
      const { value } = await events.next();
      if (value?.type === "session.created" && value.session.sessionId === sessionId) break;
    }
    leaving.abort();
    await events.return?.();
  });

  it("reach an agent of the program itself, whose signal an end aborts", async () => {
    const id = "00000000-0000-4000-8000-0000000000b1";
    let aborted = false;
    await using own = await openAdjourn({
      agents: [
        {
          id,
          name: "Own",
          async *reply({ message, signal }) {
            yield `you said ${message.content}`;
            if (message.content !== "wait") return;
            await new Promise((resolve) => signal.addEventListener("abort", resolve));
            aborted = true;
          },
        },
      ],
    });
    const { sessions } = own.adjourn;
    expect((await sessions.listAgents()).data.agents.map((one) => one.id)).toEqual([
      echoId,
      typewriterId,
      id,
    ]);
    const { sessionId } = await sessions.createSession({ agentId: id, userId });
    const sent = await sessions.sendSessionMessage({ sessionId, content: "hi", transport: "http" });
    expect(sent.agentResponse?.text).toBe("you said hi");
    await sessions.sendSessionMessage({ sessionId, content: "wait", transport: "websocket" });
    await sessions.endSession({ sessionId });
    await expect.poll(() => aborted).toBe(true);
  });
});

describe("a wrong option stops the start with one line that names it", () => {
  it.each([
    [{ databaseUrl: "mysql://db" }, "databaseUrl"],
    [{ redisUrl: "redis://127.0.0.1:6379" }, "redisUrl"],
    [{ adminKeys: ["short"] }, "adminKeys"],
    [{ adminKeys: ["the-same-key-twice"], serviceKeys: ["the-same-key-twice"] }, "serviceKeys"],
    [{ secret: "short" }, "secret"],
    [{ sessionMinTimeoutMinutes: 0 }, "sessionMinTimeoutMinutes"],
    [{ sessionMaxTimeoutMinutes: 20 }, "sessionDefaultTimeoutMinutes"],
    [{ trustProxy: ["10.0.0.0/33"] }, "trustProxy"],
    [{ allowedOrigins: ["https://a.example/path"] }, "allowedOrigins"],
    [{ agents: [{ id: "no uuid", name: "Own", reply: async function* () {} }] }, "agents"],
    [{ databaseURL: "file:./x.db" } as object, "databaseURL"],
  ])("%j", async (options, name) => {
    await expect(openAdjourn(options)).rejects.toMatchObject({ name: "SettingError" });
    const message: string = await openAdjourn(options).then(String, (error: Error) => error.message);
    expect(message).toContain(name);
    expect(message).not.toContain("\n");
  });
});
