import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { ask, channelsPath, sessionsPath } from "../setup/api-call.js";
import { echoId, startTestServer, type TestServer, typewriterId, userId } from "../setup/test-server.js";
import { createSession, trpcHttpWire } from "../setup/wires.js";

const uuid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;
const iso = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}\.\d{3}Z$/;
const unknown = "00000000-0000-4000-8000-00000000dead";
const someone = { agentId: echoId, userId };
const keys = (value: object) => Object.keys(value).join(" ");

const infoKeys =
  "sessionId channelId agentId userId createdAt lastActivity metadata expiresAt timeoutConfig renewalCount timeRemaining isNearExpiration";
const messageKeys = "id content authorId isAgent inReplyTo createdAt metadata";

let documented: TestServer;
let elizaos: TestServer;
beforeAll(async () => {
  documented = await startTestServer();
  elizaos = await startTestServer({ REST_DIALECT: "elizaos" });
});
afterAll(async () => {
  await documented[Symbol.asyncDispose]();
  await elizaos[Symbol.asyncDispose]();
});

const create = async (server: TestServer, body: object = someone) =>
  (await ask(server.url, "POST", sessionsPath, { body })).json;

describe.each([
  ["documented", () => documented],
  ["elizaos", () => elizaos],
] as const)("the documented example, in the dialect %s", (dialect, server) => {
  const refusal = (code: string, message: string, details: object): string =>
    JSON.stringify(
      dialect === "documented"
        ? { error: message, code, details }
        : { success: false, error: { code, message, details, timestamp: "now" } },
    );
  /** The one part of a refusal in the dialect elizaos that no test can know is replaced by `now`. */
  const known = (text: string): string =>
    dialect === "documented"
      ? text
      : text.replace(/(?<="timestamp":")[^"]+/, (time) => (iso.test(time) ? "now" : time));

  it("of an end, and of a second one, byte for byte", async () => {
    const { sessionId } = await create(server());
    const path = `${sessionsPath}/${sessionId}`;
    const first = await ask(server().url, "DELETE", path);
    expect([first.status, first.text]).toEqual([
      200,
      `{"success":true,"message":"Session ${sessionId} deleted successfully"}`,
    ]);
    const second = await ask(server().url, "DELETE", path);
    expect([second.status, known(second.text)]).toEqual([
      404,
      refusal("SESSION_NOT_FOUND", "Session not found", { sessionId }),
    ]);
  });

  it("of a session that never existed, byte for byte, for every operation on it", async () => {
    for (const [method, path, body] of [
      ["DELETE", "", undefined],
      ["GET", "", undefined],
      ["POST", "/renew", undefined],
      ["POST", "/heartbeat", undefined],
      ["PATCH", "/timeout", { timeoutMinutes: 10 }],
      ["POST", "/messages", { content: "x" }],
      ["POST", "/messages", { content: "x", transport: "sse" }],
      ["GET", "/messages", undefined],
      ["GET", "/events", undefined],
    ] as const) {
      const { status, text, headers } = await ask(server().url, method, `${sessionsPath}/abc-123${path}`, {
        body,
      });
      expect([status, known(text)], `${method} ${path}`).toEqual([
        404,
        refusal("SESSION_NOT_FOUND", "Session not found", { sessionId: "abc-123" }),
      ]);
      expect(headers["x-request-id"]).toMatch(uuid);
      expect(headers["content-type"]).toBe("application/json; charset=utf-8");
    }
  });

  it("of other refusals", async () => {
    const { sessionId, channelId } = await create(server());
    for (const [method, path, body, status, code] of [
      ["GET", "/api/nowhere", undefined, 404, "NOT_FOUND"],
      ["PUT", sessionsPath, undefined, 405, "METHOD_NOT_ALLOWED"],
      ["POST", sessionsPath, "{", 400, "INVALID_JSON"],
      ["POST", sessionsPath, {}, 400, "VALIDATION_ERROR"],
      ["POST", sessionsPath, { agentId: unknown, userId }, 404, "AGENT_NOT_FOUND"],
      ["POST", sessionsPath, { ...someone, channelId: unknown }, 404, "CHANNEL_NOT_FOUND"],
      ["POST", sessionsPath, { ...someone, channelId }, 409, "CHANNEL_IN_USE"],
      ["PATCH", `${sessionsPath}/${sessionId}/timeout`, { timeoutMinutes: 1 }, 400, "INVALID_TIMEOUT_CONFIG"],
      ["GET", `${channelsPath}/${unknown}/messages`, undefined, 404, "CHANNEL_NOT_FOUND"],
      ["DELETE", `${channelsPath}/${unknown}`, undefined, 404, "CHANNEL_NOT_FOUND"],
      ["DELETE", `${channelsPath}/${channelId}`, undefined, 409, "CHANNEL_IN_USE"],
      [
        "POST",
        `${sessionsPath}/${sessionId}/messages`,
        "x".repeat(dialect === "documented" ? 131_073 : 2_097_153),
        413,
        "PAYLOAD_TOO_LARGE",
      ],
    ] as const) {
      const { status: given, json } = await ask(server().url, method, path, { body });
      expect(given, path).toBe(status);
      const { message, details } = dialect === "documented" ? { ...json, message: json.error } : json.error;
      expect(known(JSON.stringify(json))).toBe(refusal(code, message, details));
      expect(typeof message).toBe("string");
      if (code === "VALIDATION_ERROR")
        expect(details.issues.map(({ path }: { path: string }) => path)).toEqual(["agentId", "userId"]);
    }
  });
});

describe("every answer has the documented fields, in their order", () => {
  it("a session's", async () => {
    const body = { ...someone, metadata: { plan: "pro", sessionId: "x", agentId: "x", userId: "x" } };
    const created = await create(documented, body);
    expect(keys(created)).toBe(
      "sessionId channelId agentId userId createdAt expiresAt timeoutConfig metadata",
    );
    expect(created.metadata).toEqual({ plan: "pro" });
    expect(created.sessionId).toMatch(uuid);
    expect(created.channelId).toMatch(uuid);
    expect(Date.parse(created.expiresAt) - Date.parse(created.createdAt)).toBe(30 * 60_000);
    for (const time of [created.createdAt, created.expiresAt]) expect(time).toMatch(iso);
    const path = `${sessionsPath}/${created.sessionId}`;
    for (const [method, rest, body] of [
      ["GET", "", undefined],
      ["POST", "/renew", undefined],
      ["POST", "/heartbeat", undefined],
      ["PATCH", "/timeout", {}],
    ] as const) {
      const { status, json } = await ask(documented.url, method, `${path}${rest}`, { body });
      expect([status, keys(json)]).toEqual([200, infoKeys]);
      expect(keys(json.timeoutConfig)).toBe(
        "timeoutMinutes autoRenew maxDurationMinutes warningThresholdMinutes",
      );
      expect(json.timeRemaining).toBeGreaterThan(29 * 60_000);
    }
  });

  it("a sent message's, over both dialects and tRPC", async () => {
    const attachments = [{ url: "https://x.example/y.png", n: [1, { a: null }] }];
    const body = { content: "hi", transport: "http", metadata: { tone: "dry" }, attachments };
    const { sessionId } = await create(documented, { ...someone, metadata: { tone: "warm", plan: "pro" } });
    const { status, json } = await ask(documented.url, "POST", `${sessionsPath}/${sessionId}/messages`, {
      body,
    });
    expect(status).toBe(201);
    expect(keys(json)).toBe("id content authorId createdAt metadata attachments sessionStatus agentResponse");
    expect(json.metadata).toEqual({ tone: "dry", plan: "pro", sessionId });
    expect(json.attachments).toEqual(attachments);
    expect(keys(json.sessionStatus)).toBe("expiresAt renewalCount wasRenewed isNearExpiration");
    expect(keys(json.agentResponse)).toBe(`${messageKeys} finishReason text`);
    expect(json.agentResponse).toMatchObject({
      isAgent: true,
      inReplyTo: json.id,
      text: json.agentResponse.content,
    });
    const page = (await ask(documented.url, "GET", `${sessionsPath}/${sessionId}/messages`)).json;
    expect(keys(page)).toBe("messages hasMore cursors");
    expect(page.messages.map(keys)).toEqual([`${messageKeys} finishReason`, `${messageKeys} attachments`]);
    expect(page.messages[1]).toMatchObject({ isAgent: false, inReplyTo: null, attachments });
    expect(page.cursors).toEqual({
      before: Date.parse(page.messages[1].createdAt),
      after: Date.parse(page.messages[0].createdAt),
    });

    await using wire = trpcHttpWire(documented.url);
    const overTrpc = await wire.call("sendSessionMessage", { sessionId, ...body });
    expect(keys(overTrpc.body)).toBe(keys(json));

    const other = await create(elizaos);
    const sent = (await ask(elizaos.url, "POST", `${sessionsPath}/${other.sessionId}/messages`, { body }))
      .json;
    expect(keys(sent)).toBe("success userMessage agentResponse sessionStatus data");
    expect(sent.data).toEqual({
      userMessage: sent.userMessage,
      agentResponse: sent.agentResponse,
      sessionStatus: sent.sessionStatus,
    });
  });

  it("an end's over tRPC, and an error's", async () => {
    await using wire = trpcHttpWire(documented.url);
    const { sessionId } = await createSession(wire);
    const { body } = await wire.call("endSession", { sessionId, reason: "done" });
    expect(keys(body)).toBe("success message sessionId endedAt cause reason");
    expect(body).toMatchObject({ cause: "requested", reason: "done" });
    const refused = await wire.call("endSession", { sessionId });
    expect(refused.body).toMatchObject({
      httpStatus: 404,
      session: { code: "SESSION_NOT_FOUND", details: { sessionId } },
    });
    for (const input of [{ transport: "sse" }, { mode: "stream" }])
      expect(await wire.call("sendSessionMessage", { sessionId, content: "x", ...input })).toMatchObject({
        status: 400,
        code: "VALIDATION_ERROR",
      });
  });

  it("a list's, an ending's, the health's, the agents' and a ticket's", async () => {
    const { sessionId } = await create(documented);
    const list = (await ask(documented.url, "GET", `${sessionsPath}?search=${sessionId}`)).json;
    expect(keys(list)).toBe("sessions total stats");
    expect(keys(list.stats)).toBe("totalSessions activeSessions expiredSessions");
    expect(keys(list.sessions[0])).toBe(`${infoKeys} messageCount listeners pendingOperations lastMessage`);
    await ask(documented.url, "DELETE", `${sessionsPath}/${sessionId}?reason=enough%20of%20it`);
    const { endings } = (await ask(documented.url, "GET", `/api/messaging/endings?search=${sessionId}`)).json;
    expect(endings.map(keys)).toEqual([
      "sessionId channelId agentId userId createdAt endedAt cause reason endedBy actor messageCount listenersDropped operationsAborted",
    ]);
    expect(endings[0]).toMatchObject({ reason: "enough of it", endedBy: "anonymous", actor: null });
    const one = await ask(documented.url, "GET", `/api/messaging/endings/${sessionId}`);
    expect(one.json).toEqual(endings[0]);
    const health = (await ask(documented.url, "GET", `${sessionsPath}/health`)).json;
    expect(keys(health)).toBe("status activeSessions timestamp expiringSoon uptime");
    expect((await ask(documented.url, "GET", "/api/agents")).text).toBe(
      JSON.stringify({
        success: true,
        data: {
          agents: [
            { id: echoId, name: "Echo", status: "active" },
            { id: typewriterId, name: "Typewriter", status: "active" },
          ],
        },
      }),
    );
    const ticket = await ask(documented.url, "POST", "/api/tickets");
    expect([ticket.status, keys(ticket.json)]).toEqual([201, "ticket expiresAt"]);
  });
});
