import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { echoId, startTestServer, type TestServer, userId } from "../../setup/test-server.js";
import { createSession, wires } from "../../setup/wires.js";

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer();
});
afterAll(() => server[Symbol.asyncDispose]());

/** Objects and arrays in turn, so many levels of them. */
const nested = (levels: number): unknown => {
  let value: unknown = levels % 2 === 0 ? [] : {};
  for (let level = 1; level < levels; level += 1) value = level % 2 === 0 ? [value] : { a: value };
  return value;
};

const tooDeep = { status: 400, code: "VALIDATION_ERROR" };
const someone = { agentId: echoId, userId };

describe.each(wires)("JSON over $wire", ({ open }) => {
  it.each([
    ["createSession", { ...someone, timeoutConfig: nested(64) }],
    ["createSession", { ...someone, timeoutConfig: nested(1_000), idempotencyKey: "deep" }],
    ["createSession", { ...someone, timeoutConfig: { timeoutMinutes: nested(63) } }],
    ["createSession", { ...someone, metadata: { a: nested(63) } }],
    ["createSession", { ...someone, agentId: nested(64) }],
    ["updateSessionTimeout", { timeoutMinutes: nested(64) }],
    ["updateSessionTimeout", { autoRenew: nested(1_000) }],
    ["sendSessionMessage", { content: "hi", metadata: { a: nested(63) } }],
    ["sendSessionMessage", { content: "hi", attachments: [{ a: nested(62) }] }],
    ["sendSessionMessage", { content: "hi", unknown: nested(64) }],
    ["endSessions", { sessionIds: nested(64), userId }],
  ])("of more than 64 levels is refused by %s", async (operation, input) => {
    await using wire = open(server.url);
    const { sessionId } = await createSession(wire);
    expect(await wire.call(operation, { sessionId, ...input })).toMatchObject(tooDeep);
  });

  it("of 64 levels is accepted, and returned unchanged", async () => {
    await using wire = open(server.url);
    const metadata = { a: nested(62) };
    const { sessionId } = await createSession(wire, { metadata });
    expect((await wire.call("getSession", { sessionId })).body.metadata).toEqual(metadata);
  });
});

describe("JSON that nests as deep as a body can carry", () => {
  const levels = 60_000;
  const deep = `${"[".repeat(levels)}${"]".repeat(levels)}`;
  const fields = `"agentId":"${echoId}","userId":"${userId}"`;
  const body = `{${fields},"timeoutConfig":${deep}}`;
  const ask = async (path: string, method: string, text: string | null, headers = {}) => {
    const response = await fetch(`${server.url}${path}`, {
      method,
      headers: { "Content-Type": "application/json", ...headers },
      body: text,
    });
    return { status: response.status, text: await response.text() };
  };

  it.each([
    ["REST", "/api/messaging/sessions", "POST", body],
    ["REST, at once an array", "/api/messaging/sessions", "POST", deep],
    [
      "REST, on a session that is none",
      "/api/messaging/sessions/none/timeout",
      "PATCH",
      `{"autoRenew":${deep}}`,
    ],
    ["tRPC", "/trpc/createSession", "POST", body],
    ["tRPC, at once an array", "/trpc/createSession", "POST", deep],
    ["a tRPC batch", "/trpc/createSession,createSession?batch=1", "POST", `{"0":{},"1":${body}}`],
    ["a tRPC batch that is an array", "/trpc/createSession?batch=1", "POST", deep],
  ])("is a 400 over %s", async (_, path, method, text) => {
    for (const headers of path.startsWith("/trpc")
      ? [{}]
      : [{}, method === "POST" ? { "Idempotency-Key": "a" } : {}]) {
      const answer = await ask(path, method, text, headers);
      expect(answer.status).toBe(400);
      expect(answer.text).toContain('"VALIDATION_ERROR"');
    }
  });

  it("is a 400 in a query string", async () => {
    const input = encodeURIComponent(`{"sessionId":${"[".repeat(1_000)}${"]".repeat(1_000)}}`);
    const answer = await ask(`/trpc/getSession?input=${input}`, "GET", null);
    expect([answer.status, answer.text]).toEqual([400, expect.stringContaining('"VALIDATION_ERROR"')]);
  });
});

describe("a number that JSON can't carry", () => {
  const ask = async (path: string, text: string) =>
    fetch(`${server.url}${path}`, {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: text,
    });

  it.each(["1e999", "-1e999", "-0", "-0.0"])("%s in metadata is refused, not changed", async (number) => {
    for (const path of ["/api/messaging/sessions", "/trpc/createSession"]) {
      const response = await ask(
        path,
        `{"agentId":"${echoId}","userId":"${userId}","metadata":{"a":[{"b":${number}}]}}`,
      );
      expect([response.status, await response.text()]).toEqual([
        400,
        expect.stringContaining("VALIDATION_ERROR"),
      ]);
    }
    const { sessionId } = await createSession(wires[0].open(server.url));
    const response = await ask(
      `/api/messaging/sessions/${sessionId}/messages`,
      `{"content":"hi","attachments":[{"a":${number}}]}`,
    );
    expect(response.status).toBe(400);
  });
});
