import { StoreUnavailableError, sessionNotFound } from "@adjourn/sessions";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import {
  type RestServer,
  scriptedAgentId,
  startRestServer,
  testUserId,
  unknownId,
} from "../../test/rest-server.js";

const sessionsPath = "/api/messaging/sessions";
const someone = { agentId: scriptedAgentId, userId: testUserId };

describe("without keys", () => {
  let server: RestServer;
  beforeAll(async () => {
    server = await startRestServer();
  });
  afterAll(() => server[Symbol.asyncDispose]());

  const create = async (): Promise<string> =>
    (await server.ask("POST", sessionsPath, { body: someone })).json.sessionId;

  test("ending a session answers as the document shows it, byte for byte, and once", async () => {
    const sessionId = await create();
    const path = `${sessionsPath}/${sessionId}`;
    const ended = await server.ask("DELETE", `${path}?reason=it+is%20done`);
    expect(ended.status).toBe(200);
    expect(ended.text).toBe(`{"success":true,"message":"Session ${sessionId} deleted successfully"}`);
    expect(ended.headers).toMatchObject({
      "content-type": "application/json; charset=utf-8",
      "cache-control": "no-store",
      "x-request-id": expect.stringMatching(/^[0-9a-f-]{36}$/),
    });
    const again = await server.ask("DELETE", path);
    expect(again.status).toBe(404);
    expect(again.text).toBe(
      `{"error":"Session not found","code":"SESSION_NOT_FOUND","details":{"sessionId":"${sessionId}"}}`,
    );
    const { endings } = (await server.ask("GET", "/api/messaging/endings")).json;
    expect(endings[0]).toMatchObject({ sessionId, reason: "it is done", endedBy: "anonymous", actor: null });
  });

  test("an unknown session gets the documented error", async () => {
    const { status, text } = await server.ask("DELETE", `${sessionsPath}/abc-123`);
    expect(status).toBe(404);
    expect(text).toBe(
      '{"error":"Session not found","code":"SESSION_NOT_FOUND","details":{"sessionId":"abc-123"}}',
    );
  });

  test("creating answers 201 with exactly the documented fields, and no token", async () => {
    const { status, json } = await server.ask("POST", sessionsPath, {
      body: { ...someone, metadata: { a: 1 } },
    });
    expect(status).toBe(201);
    expect(Object.keys(json)).toEqual([
      "sessionId",
      "channelId",
      "agentId",
      "userId",
      "createdAt",
      "expiresAt",
      "timeoutConfig",
      "metadata",
    ]);
    expect(json).toMatchObject({ ...someone, metadata: { a: 1 } });
  });

  test("a retry with the same Idempotency-Key gets the first answer again", async () => {
    const headers = { "Idempotency-Key": "once" };
    const first = await server.ask("POST", sessionsPath, { body: someone, headers });
    const second = await server.ask("POST", sessionsPath, { body: someone, headers });
    expect(second.status).toBe(201);
    expect(second.text).toBe(first.text);
    const other = await server.ask("POST", sessionsPath, {
      body: { ...someone, metadata: { b: 2 } },
      headers,
    });
    expect([other.status, other.json.code]).toEqual([409, "IDEMPOTENCY_KEY_REUSED"]);
    const end = () => server.ask("DELETE", `${sessionsPath}/${first.json.sessionId}`, { headers });
    expect([(await end()).status, (await end()).status]).toEqual([200, 200]);
  });

  test("an idempotency key in a body is none", async () => {
    const body = { ...someone, idempotencyKey: "in the body" };
    const first = await server.ask("POST", sessionsPath, { body });
    const second = await server.ask("POST", sessionsPath, { body });
    expect(second.json.sessionId).not.toBe(first.json.sessionId);
  });

  test("a body can't override what the address names", async () => {
    const sessionId = await create();
    const other = await create();
    await server.ask("PATCH", `${sessionsPath}/${sessionId}/timeout`, {
      body: { sessionId: other, timeoutMinutes: 77 },
    });
    const timeout = async (id: string) =>
      (await server.ask("GET", `${sessionsPath}/${id}`)).json.timeoutConfig.timeoutMinutes;
    expect([await timeout(sessionId), await timeout(other)]).toEqual([77, 30]);
  });

  test.each([
    ["GET", "", 200, "sessions"],
    ["GET", "/health", 200, "status"],
    ["GET", "/{id}", 200, "sessionId"],
    ["POST", "/{id}/renew", 200, "sessionId"],
    ["POST", "/{id}/heartbeat", 200, "sessionId"],
    ["PATCH", "/{id}/timeout", 200, "sessionId"],
    ["GET", "/{id}/messages", 200, "messages"],
    ["POST", "/{id}/messages", 201, "id"],
    ["POST", "/end", 200, "ended"],
  ])("%s …/sessions%s answers %i", async (method, path, status, field) => {
    const body =
      path === "/end"
        ? { sessionIds: [unknownId] }
        : method === "POST" && path.endsWith("messages")
          ? { content: "hi" }
          : undefined;
    const answer = await server.ask(method, `${sessionsPath}${path.replace("{id}", await create())}`, {
      body,
    });
    expect(answer.status, answer.text).toBe(status);
    expect(answer.json).toHaveProperty(field);
  });

  test("channels outlive their session until they are erased", async () => {
    const { sessionId, channelId } = (await server.ask("POST", sessionsPath, { body: someone })).json;
    const path = `/api/messaging/channels/${channelId}`;
    await server.ask("POST", `${sessionsPath}/${sessionId}/messages`, { body: { content: "keep me" } });
    expect((await server.ask("DELETE", path)).json.code).toBe("CHANNEL_IN_USE");
    await server.ask("DELETE", `${sessionsPath}/${sessionId}`);
    expect((await server.ask("GET", `${path}/messages`)).json.messages[0].content).toBe("keep me");
    expect((await server.ask("DELETE", path)).json).toEqual({ success: true, message: expect.any(String) });
    expect((await server.ask("GET", `${path}/messages`)).json.code).toBe("CHANNEL_NOT_FOUND");
  });

  test("agents are listed as the ElizaOS API lists them", async () => {
    const { json } = await server.ask("GET", "/api/agents");
    expect(json).toEqual({
      success: true,
      data: { agents: [{ id: scriptedAgentId, name: "Scripted", status: expect.any(String) }] },
    });
  });

  test("a timeout that is not allowed has a code of its own", async () => {
    const { status, json } = await server.ask("POST", sessionsPath, {
      body: { ...someone, timeoutConfig: { timeoutMinutes: "abc" } },
    });
    expect([status, json.code]).toEqual([400, "INVALID_TIMEOUT_CONFIG"]);
  });

  test("paging goes by time, ISO time or message id", async () => {
    const sessionId = await create();
    const path = `${sessionsPath}/${sessionId}/messages`;
    const sent: { id: string; createdAt: string }[] = [];
    for (const content of ["one", "two", "three"])
      sent.push((await server.ask("POST", path, { body: { content } })).json);
    const [, two] = sent;
    for (const bound of [two?.id, two?.createdAt, Date.parse(two?.createdAt ?? "")]) {
      const { json } = await server.ask("GET", `${path}?before=${bound}`);
      expect(json.messages.map(({ content }: { content: string }) => content)).toEqual(["one"]);
    }
    expect((await server.ask("GET", `${path}?before=${unknownId}`)).status).toBe(400);
  });
});

describe("when our side fails", () => {
  test("an unforeseen error shows its request id, which the log has too, and nothing else", async () => {
    const cause = new Error("select * from secrets at /srv/x.js");
    await using server = await startRestServer({
      sessions: (real) => ({ ...real, getSession: () => Promise.reject(cause) }),
    });
    const { status, text, json, headers } = await server.ask("GET", `${sessionsPath}/x`);
    expect(status).toBe(500);
    expect(text).toBe(
      `{"error":"Internal server error","code":"INTERNAL_ERROR","details":{"requestId":"${headers["x-request-id"]}"}}`,
    );
    expect(json.details.requestId).toBeTruthy();
    expect(server.errors).toEqual([cause]);
  });

  test("a store that is away is 503 with Retry-After", async () => {
    await using server = await startRestServer({
      sessions: (real) => ({ ...real, endSession: () => Promise.reject(new StoreUnavailableError("gone")) }),
    });
    const { status, json, headers } = await server.ask("DELETE", `${sessionsPath}/x`);
    expect([status, json.code, headers["retry-after"]]).toEqual([503, "SERVICE_UNAVAILABLE", "1"]);
  });
});

test("the elizaos dialect puts the same refusal into its envelope", async () => {
  await using server = await startRestServer({ dialect: "elizaos" });
  const { code, message, details } = sessionNotFound("abc-123");
  const { status, json } = await server.ask("DELETE", `${sessionsPath}/abc-123`);
  expect(status).toBe(404);
  expect(json).toEqual({ success: false, error: { code, message, details, timestamp: expect.any(String) } });
});
