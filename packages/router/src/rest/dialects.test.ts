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

  test("bends nothing but numbers, and nothing in a PATCH", async () => {
    const { sessionId } = await server.world.create();
    const codes = [
      await server.ask("POST", sessionsPath, { body: { ...someone, timeoutConfig: { autoRenew: "yes" } } }),
      await server.ask("POST", sessionsPath, { body: { ...someone, timeoutConfig: "long" } }),
      await server.ask("PATCH", `${sessionsPath}/${sessionId}/timeout`, { body: { timeoutMinutes: 1 } }),
    ].map(({ status, json }) => [status, json.error.code]);
    expect(codes).toEqual(Array(3).fill([400, "INVALID_TIMEOUT_CONFIG"]));
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
});

test("the documented dialect bends nothing", async () => {
  await using server = await startRestServer();
  const create = async (timeoutConfig: unknown) =>
    (await server.ask("POST", sessionsPath, { body: { ...someone, timeoutConfig } })).json.code;
  for (const wrong of [null, { timeoutMinutes: 1 }, { timeoutMinutes: "60" }, { maxDurationMinutes: 1 }])
    expect(await create(wrong)).toBe("INVALID_TIMEOUT_CONFIG");
});
