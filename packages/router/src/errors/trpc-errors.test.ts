import { randomBytes } from "node:crypto";
import { request as httpRequest } from "node:http";
import type { AddressInfo } from "node:net";
import { createTestService } from "@adjourn/testkit";
import { createHTTPServer } from "@trpc/server/adapters/standalone";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Principal } from "../context.js";
import { createCredentials } from "../credentials/credentials.js";
import { appRouter } from "../router.js";

const world = createTestService();
const now = () => world.clock.now();
const credentials = createCredentials({
  adminKeys: [{ name: "ops", key: "k".repeat(16) }],
  serviceKeys: [],
  signingKeys: { session: randomBytes(32), ticket: randomBytes(32) },
  now,
});
let principal: Principal = { role: "anonymous" };
let sessions = world.sessions;

const server = createHTTPServer({
  router: appRouter,
  maxBatchSize: 20,
  maxBodySize: 1_000,
  createContext: () => ({ sessions, credentials, principal, requestId: "request-1" }),
});
beforeAll(() => new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve)));
afterAll(async () => {
  server.close();
  await world.sessions.close();
  await world.otherNode.close();
});

const ask = (method: string, path: string, body?: string, headers: Record<string, string> = {}) =>
  new Promise<{ status: number; body: ReturnType<typeof JSON.parse> }>((resolve, reject) => {
    const { port } = server.address() as AddressInfo;
    const type = body === undefined ? {} : { "Content-Type": "application/json" };
    const request = httpRequest(
      { port, method, path, agent: false, headers: { ...type, ...headers } },
      (response) => {
        let text = "";
        response.setEncoding("utf8").on("data", (chunk) => {
          text += chunk;
        });
        response.on("end", () => resolve({ status: response.statusCode ?? 0, body: JSON.parse(text) }));
      },
    );
    request.once("error", reject);
    request.end(body);
  });

const input = (value: unknown): string => `input=${encodeURIComponent(JSON.stringify(value))}`;

test("a refusal carries code, details and the table's status, and nothing of our inside", async () => {
  principal = { role: "anonymous" };
  const { status, body } = await ask("GET", `/getSession?${input({ sessionId: "abc-123" })}`);
  expect(status).toBe(404);
  expect(body.error).toEqual({
    message: "Session not found",
    code: -32004,
    data: {
      code: "NOT_FOUND",
      httpStatus: 404,
      path: "getSession",
      session: { code: "SESSION_NOT_FOUND", details: { sessionId: "abc-123" } },
    },
  });
});

test("an expired session is a 410, which no SSE link retries", async () => {
  const { sessionId } = await world.create();
  await world.clock.advance(31 * 60_000);
  const { status, body } = await ask("GET", `/getSession?${input({ sessionId })}`);
  expect(status).toBe(410);
  expect(body.error.data).toMatchObject({
    code: "PRECONDITION_FAILED",
    session: { code: "SESSION_EXPIRED" },
  });
});

describe("tRPC's own refusals speak our codes", () => {
  test.each([
    ["an unknown procedure", ["GET", "/nothing"], 404, "NOT_FOUND"],
    ["a mutation by GET", ["GET", `/endSession?${input({ sessionId: "x" })}`], 405, "METHOD_NOT_ALLOWED"],
    ["a body that is no JSON", ["POST", "/endSession", "{"], 400, "INVALID_JSON"],
    ["a query that is no JSON", ["GET", "/getSession?input={"], 400, "INVALID_JSON"],
    ["a body too large", ["POST", "/endSession", `"${"x".repeat(2_000)}"`], 413, "PAYLOAD_TOO_LARGE"],
    [
      "a batch too long",
      ["GET", `/${Array(21).fill("listAgents").join(",")}?batch=1`],
      400,
      "VALIDATION_ERROR",
    ],
    ["a malformed address", ["GET", "/%ff"], 400, "VALIDATION_ERROR"],
    ["no input", ["GET", "/getSession"], 400, "VALIDATION_ERROR"],
    [
      "transport sse",
      ["POST", "/sendSessionMessage", '{"sessionId":"x","content":"x","transport":"sse"}'],
      400,
      "VALIDATION_ERROR",
    ],
  ] as [string, [string, string, string?], number, string][])("%s", async (_, call, status, code) => {
    principal = { role: "anonymous" };
    const answer = await ask(...call);
    expect(answer.status).toBe(status);
    expect(answer.body.error.data).toMatchObject({ httpStatus: status, session: { code } });
    expect(answer.body.error.data).not.toHaveProperty("stack");
  });

  test("a body that is not said to be JSON", async () => {
    const { body } = await ask("POST", "/endSession", "{}", { "Content-Type": "text/plain" });
    expect(body.error.data).toMatchObject({ httpStatus: 415, session: { code: "UNSUPPORTED_MEDIA_TYPE" } });
  });
});

test("key, then role, are judged before the input", async () => {
  principal = { role: "nobody", why: "missing" };
  expect((await ask("POST", "/endSession", "{")).body.error.data.session.code).toBe("UNAUTHORIZED");
  principal = { role: "session", sessionId: "mine" };
  expect((await ask("POST", "/endSession", '{"sessionId":7}')).body.error.data.session.code).toBe(
    "FORBIDDEN",
  );
  expect((await ask("POST", "/eraseChannel", "{")).body.error.data.session.code).toBe("FORBIDDEN");
});

test("an unforeseen error is a 500 that shows its request id and nothing else", async () => {
  principal = { role: "anonymous" };
  sessions = { ...world.sessions, getSession: () => Promise.reject(new Error("select * from secrets")) };
  const { status, body } = await ask("GET", `/getSession?${input({ sessionId: "x" })}`);
  sessions = world.sessions;
  expect(status).toBe(500);
  expect(body.error.message).toBe("Internal server error");
  expect(body.error.data.session).toEqual({ code: "INTERNAL_ERROR", details: { requestId: "request-1" } });
  expect(JSON.stringify(body)).not.toContain("secrets");
});

test("a session gets its own token with keys in use, and one that is over gets no ticket", async () => {
  principal = { role: "admin", name: "ops" };
  const world2 = { agentId: world.agent.id, userId: "00000000-0000-4000-8000-0000000000ff" };
  const created = (await ask("POST", "/createSession", JSON.stringify(world2))).body.result.data;
  principal = await credentials.authenticate(created.token);
  expect(principal).toEqual({ role: "session", sessionId: created.sessionId });
  expect((await ask("POST", "/issueTicket", "")).body.result.data).toEqual({
    ticket: expect.any(String),
    expiresAt: new Date(now() + 60_000).toISOString(),
  });
  const end = await ask(
    "POST",
    "/endSession",
    JSON.stringify({ sessionId: created.sessionId, reason: "done" }),
  );
  expect(end.body.result.data).toMatchObject({ success: true, cause: "requested", reason: "done" });
  expect((await ask("POST", "/issueTicket", "")).body.error.data.session.code).toBe("SESSION_NOT_FOUND");
});
