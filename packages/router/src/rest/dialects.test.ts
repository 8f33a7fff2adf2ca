import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type RestServer, scriptedAgentId, startRestServer, testUserId } from "../../test/rest-server.js";

const sessionsPath = "/api/messaging/sessions";
const someone = { agentId: scriptedAgentId, userId: testUserId };
const defaults = { timeoutMinutes: 30, autoRenew: true, maxDurationMinutes: 720, warningThresholdMinutes: 5 };

describe("the elizaos dialect", () => {
  let server: RestServer;
  beforeAll(async () => {
    server = await startRestServer({ dialect: "elizaos" });
  });
  afterAll(() => server[Symbol.asyncDispose]());

  test("answers a sent message with the fields that client reads, twice over", async () => {
    const { sessionId } = await server.world.create();
    const asked = server.ask("POST", `${sessionsPath}/${sessionId}/messages`, {
      body: { content: "hi", transport: "http" },
    });
    const turn = await server.world.agent.nextTurn();
    turn.say("Hello");
    turn.finish();
    const { status, json } = await asked;
    expect(status).toBe(201);
    expect(Object.keys(json)).toEqual(["success", "userMessage", "agentResponse", "sessionStatus", "data"]);
    const { success, data, ...fields } = json;
    expect(success).toBe(true);
    expect(data).toEqual(fields);
    expect(fields.userMessage).toMatchObject({ content: "hi", authorId: testUserId });
    const session = await server.ask("GET", `${sessionsPath}/${sessionId}`);
    expect(fields.userMessage).toMatchObject({
      author_id: testUserId,
      channel_id: session.json.channelId,
      created_at: Date.parse(fields.userMessage.createdAt),
    });
    expect(fields.agentResponse).toMatchObject({ text: "Hello", content: "Hello", isAgent: true });
    expect(fields.sessionStatus).toHaveProperty("wasRenewed");
  });

  test("leaves out agentResponse where there is none yet", async () => {
    const { sessionId } = await server.world.create();
    const { json } = await server.ask("POST", `${sessionsPath}/${sessionId}/messages`, {
      body: { content: "hi" },
    });
    expect(Object.keys(json)).toEqual(["success", "userMessage", "sessionStatus", "data"]);
  });

  test("answers an end like the other dialect", async () => {
    const { sessionId } = await server.world.create();
    const { text } = await server.ask("DELETE", `${sessionsPath}/${sessionId}`);
    expect(text).toBe(`{"success":true,"message":"Session ${sessionId} deleted successfully"}`);
  });

  test.each([
    [null, {}],
    [{ timeoutMinutes: "abc" }, {}],
    [{ timeoutMinutes: null, warningThresholdMinutes: "NaN", autoRenew: null }, {}],
    [{ timeoutMinutes: 1 }, { timeoutMinutes: 5 }],
    [{ timeoutMinutes: 99_999 }, { timeoutMinutes: 1_440, maxDurationMinutes: 1_440 }],
    [{ timeoutMinutes: "60" }, { timeoutMinutes: 60 }],
    [{ timeoutMinutes: 10.4 }, { timeoutMinutes: 10 }],
    [{ maxDurationMinutes: 1 }, { maxDurationMinutes: 30 }],
    [
      { timeoutMinutes: 60, maxDurationMinutes: -1 },
      { timeoutMinutes: 60, maxDurationMinutes: 60 },
    ],
    [{ maxDurationMinutes: 1e6 }, { maxDurationMinutes: 2_880 }],
    [{ warningThresholdMinutes: 0 }, { warningThresholdMinutes: 1 }],
  ])("bends %j at creation", async (timeoutConfig, expected) => {
    const { status, json } = await server.ask("POST", sessionsPath, { body: { ...someone, timeoutConfig } });
    expect(status, JSON.stringify(json)).toBe(201);
    expect(json.timeoutConfig).toEqual({ ...defaults, ...expected });
  });

  test("bends nothing but numbers, and in a PATCH no timeout that is out of range", async () => {
    const { sessionId } = await server.world.create();
    const codes = [
      await server.ask("POST", sessionsPath, { body: { ...someone, timeoutConfig: { autoRenew: "yes" } } }),
      await server.ask("POST", sessionsPath, { body: { ...someone, timeoutConfig: "long" } }),
      await server.ask("PATCH", `${sessionsPath}/${sessionId}/timeout`, { body: { timeoutMinutes: 1 } }),
    ].map(({ status, json }) => [status, json.error.code]);
    expect(codes).toEqual(Array(3).fill([400, "INVALID_TIMEOUT_CONFIG"]));
  });

  test.each([
    [{ timeoutMinutes: "60" }, { timeoutMinutes: 60 }],
    [{ timeoutMinutes: "abc", autoRenew: null }, {}],
    [{ maxDurationMinutes: 1 }, { maxDurationMinutes: 30 }],
    [{ maxDurationMinutes: "99999" }, { maxDurationMinutes: 2_880 }],
    [
      { timeoutMinutes: 90, maxDurationMinutes: 10 },
      { timeoutMinutes: 90, maxDurationMinutes: 90 },
    ],
    [{ timeoutMinutes: 1_440 }, { timeoutMinutes: 1_440, maxDurationMinutes: 1_440 }],
    [
      { timeoutMinutes: "900", maxDurationMinutes: "abc" },
      { timeoutMinutes: 900, maxDurationMinutes: 900 },
    ],
    [{ warningThresholdMinutes: 0 }, { warningThresholdMinutes: 1 }],
  ])("bends %j in a PATCH", async (patch, expected) => {
    const { sessionId } = await server.world.create();
    const { status, json } = await server.ask("PATCH", `${sessionsPath}/${sessionId}/timeout`, {
      body: patch,
    });
    expect(status, JSON.stringify(json)).toBe(200);
    expect(json.timeoutConfig).toEqual({ ...defaults, ...expected });
  });

  test("answers a send that is repeated after the end as before", async () => {
    const { sessionId, channelId } = await server.world.create();
    const send = () =>
      server.ask("POST", `${sessionsPath}/${sessionId}/messages`, {
        body: { content: "hi" },
        headers: { "Idempotency-Key": "repeated" },
      });
    const first = await send();
    expect(first.json.userMessage.channel_id).toBe(channelId);
    await server.ask("DELETE", `${sessionsPath}/${sessionId}`);
    expect((await send()).text).toBe(first.text);
  });

  test("says when it refused", async () => {
    const { status, json } = await server.ask("GET", `${sessionsPath}/none`);
    expect(status).toBe(404);
    expect(json).toEqual({
      success: false,
      error: {
        code: "SESSION_NOT_FOUND",
        message: "Session not found",
        details: { sessionId: "none" },
        timestamp: expect.stringMatching(/^\d{4}-\d\d-\d\dT.*Z$/),
      },
    });
  });

  test("a renewal that can't be is 400", async () => {
    const timeoutConfig = { timeoutMinutes: 5, maxDurationMinutes: 5 };
    const created = await server.ask("POST", sessionsPath, { body: { ...someone, timeoutConfig } });
    const { sessionId } = created.json;
    const { status, json } = await server.ask("POST", `${sessionsPath}/${sessionId}/renew`);
    expect([status, json.error.code]).toEqual([400, "SESSION_RENEWAL_FAILED"]);
  });

  test("streams the user's message with both spellings, and an error as a text", async () => {
    await using server = await startRestServer({ dialect: "elizaos" });
    const { sessionId, channelId } = await server.world.create();
    const asked = server.ask("POST", `${sessionsPath}/${sessionId}/messages`, {
      body: { content: "hi", transport: "sse" },
    });
    const turn = await server.world.agent.nextTurn();
    turn.fail(new Error("the model is away"));
    const { text } = await asked;
    const [first, last] = text
      .trim()
      .split("\n\n")
      .map((block) => JSON.parse(/^data: (.*)$/m.exec(block)?.[1] ?? "null"));
    expect(first).toMatchObject({ content: "hi", author_id: testUserId, channel_id: channelId });
    expect(first.created_at).toBe(Date.parse(first.createdAt));
    expect(text).toContain("event: error");
    expect(last).toEqual({ error: expect.any(String) });
  });

  test("shows a channel's messages in an envelope, and erases a channel without a word", async () => {
    const { sessionId, channelId } = await server.world.create();
    await server.world.send(sessionId, "hi");
    const path = `/api/messaging/channels/${channelId}`;
    const page = await server.ask("GET", `${path}/messages`);
    expect(page.json).toMatchObject({ success: true, data: { messages: [{ content: "hi" }] } });
    await server.ask("DELETE", `${sessionsPath}/${sessionId}`);
    const { status, text } = await server.ask("DELETE", path);
    expect([status, text]).toEqual([204, ""]);
    expect((await server.ask("GET", `${path}/messages`)).status).toBe(404);
  });

  test("shows agents with the fields of a character, one of them by its id too", async () => {
    const shown = {
      id: scriptedAgentId,
      name: "Scripted",
      characterName: "Scripted",
      bio: "",
      status: "active",
    };
    const all = await server.ask("GET", "/api/agents");
    expect(all.json).toEqual({ success: true, data: { agents: [shown] } });
    const one = await server.ask("GET", `/api/agents/${scriptedAgentId}`);
    expect(one.json).toEqual({ success: true, data: shown });
    const none = await server.ask("GET", "/api/agents/none");
    expect([none.status, none.json.error.code]).toEqual([404, "AGENT_NOT_FOUND"]);
  });

  test("shows all sessions to whoever does not say how many, up to a thousand", async () => {
    for (let index = 0; index < 101; index += 1) await server.world.create();
    const { json } = await server.ask("GET", sessionsPath);
    expect(json.sessions.length).toBeGreaterThan(100);
    expect((await server.ask("GET", `${sessionsPath}?limit=2`)).json.sessions).toHaveLength(2);
  });

  test("takes bodies of 2 MiB, and holds what they carry to the same limits", async () => {
    const { sessionId } = await server.world.create();
    const send = (body: object) => server.ask("POST", `${sessionsPath}/${sessionId}/messages`, { body });
    const url = `data:image/png;base64,${"A".repeat(1_000_000)}`;
    const big = await send({ content: "hi", attachments: [{ url }] });
    expect([big.status, big.json.error.code]).toEqual([400, "VALIDATION_ERROR"]);
    expect(JSON.stringify(big.json.error.details)).toContain("attachments");
    expect((await send({ content: "hi", attachments: [{ url: url.slice(0, 10_000) }] })).status).toBe(201);
    expect((await send({ content: "x".repeat(2_200_000) })).status).toBe(413);
  });

  test.each([
    ["abc", 50],
    ["", 50],
    ["0", 1],
    ["-5", 1],
    ["2", 2],
    ["1000", 60],
  ])("takes limit=%s for %i", async (limit, shown) => {
    const { sessionId } = await server.world.create();
    for (let index = 0; index < 60; index += 1) await server.world.send(sessionId, `${index}`);
    const { json } = await server.ask("GET", `${sessionsPath}/${sessionId}/messages?limit=${limit}`);
    expect(json.messages).toHaveLength(shown);
  });

  test.each(["sessions", "endings", "blocks"])("takes any limit of a list of %s", async (list) => {
    for (const limit of ["abc", "", "0", "5000"])
      expect((await server.ask("GET", `/api/messaging/${list}?limit=${limit}`)).status).toBe(200);
  });
});

test("the documented dialect has none of this", async () => {
  await using server = await startRestServer();
  const { sessionId, channelId } = await server.world.create();
  expect((await server.ask("GET", `/api/agents/${scriptedAgentId}`)).status).toBe(404);
  expect((await server.ask("GET", "/api/agents")).json.data.agents).toEqual([
    { id: scriptedAgentId, name: "Scripted", status: "active" },
  ]);
  const sent = await server.ask("POST", `${sessionsPath}/${sessionId}/messages`, { body: { content: "hi" } });
  expect(sent.json).not.toHaveProperty("author_id");
  const page = await server.ask("GET", `/api/messaging/channels/${channelId}/messages`);
  expect(Object.keys(page.json)).toEqual(expect.arrayContaining(["messages", "hasMore"]));
  const refused = await server.ask("GET", `${sessionsPath}/none`);
  expect(Object.keys(refused.json)).toEqual(["error", "code", "details"]);
  const body = { content: "x".repeat(200_000) };
  expect((await server.ask("POST", `${sessionsPath}/${sessionId}/messages`, { body })).status).toBe(413);
  await server.ask("DELETE", `${sessionsPath}/${sessionId}`);
  const erased = await server.ask("DELETE", `/api/messaging/channels/${channelId}`);
  expect([erased.status, erased.json.success]).toEqual([200, true]);
});

test("the documented dialect bends nothing", async () => {
  await using server = await startRestServer();
  const create = async (timeoutConfig: unknown) =>
    (await server.ask("POST", sessionsPath, { body: { ...someone, timeoutConfig } })).json.code;
  for (const wrong of [null, { timeoutMinutes: 1 }, { timeoutMinutes: "60" }, { maxDurationMinutes: 1 }])
    expect(await create(wrong)).toBe("INVALID_TIMEOUT_CONFIG");
});
