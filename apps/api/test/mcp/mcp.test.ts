import { once } from "node:events";
import { connect } from "node:net";
import type { Client } from "@modelcontextprotocol/client";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { ask } from "../setup/api-call.js";
import {
  adminKey,
  serviceKey,
  startTestServer,
  type TestServer,
  until,
  userId,
} from "../setup/test-server.js";
import { createSession, restWire, type Wire } from "../setup/wires.js";
import { callTool, overHttp, overStdio, versions } from "./open-mcp.js";

let server: TestServer;
let admin: Wire;
beforeAll(async () => {
  server = await startTestServer({
    ADJOURN_ADMIN_KEY: `ops:${adminKey}`,
    ADJOURN_SERVICE_KEY: serviceKey,
  });
  admin = restWire(server.url, { key: adminKey });
});
afterAll(() => server[Symbol.asyncDispose]());

const forSessions = ["cancel_reply", "end_session", "get_session", "read_transcript"];
const forBackends = [...forSessions, "end_sessions", "get_ending", "list_sessions"];
const forAdmins = [...forBackends, "block_user", "list_endings"];
const wires = { http: overHttp, stdio: overStdio };

describe.each(
  versions.flatMap((version) => Object.entries(wires).map(([wire, open]) => ({ version, wire, open }))),
)("MCP $version over $wire", ({ version, wire, open }) => {
  const clients = new Map<string, Client>();
  // Over stdio this starts a process.
  beforeAll(async () => {
    clients.set(adminKey, await open(server.url, version, adminKey));
  });
  afterAll(() => Promise.all([...clients.values()].map((client) => client.close())));

  const use = async (key: string, name: string, args: Record<string, unknown>) => {
    const client = clients.get(key) ?? (await open(server.url, version, key));
    clients.set(key, client);
    // The client validates structured content by the tool's output schema.
    const { tools } = await client.listTools();
    const result = await client.callTool({ name, arguments: args });
    return { ...result, names: tools.map((tool) => tool.name).sort() };
  };

  it("ends a session for good, names the key, and refuses the second end as a result", async () => {
    const { sessionId } = await createSession(admin);
    const first = await use(adminKey, "end_session", { sessionId, reason: "enough" });
    expect(first.structuredContent).toMatchObject({ success: true, sessionId, reason: "enough" });
    expect(first.content).toEqual([{ type: "text", text: JSON.stringify(first.structuredContent) }]);
    const { body } = await admin.call("getEnding", { sessionId });
    const by = { endedBy: "admin", actor: "ops", via: "mcp" };
    expect(body).toMatchObject({ ...by, cause: "requested", reason: "enough" });
    const second = await use(adminKey, "end_session", { sessionId });
    expect(second).toMatchObject({
      isError: true,
      content: [{ type: "text", text: "Session not found" }],
      structuredContent: { code: "SESSION_NOT_FOUND", details: { sessionId } },
    });
  });

  // The bridge knows neither roles nor tools, and each key takes a process of its own.
  const itOverHttp = wire === "http" ? it : () => {};
  itOverHttp("lists the tools that a role may use, and refuses the others", async () => {
    const { sessionId, token } = await createSession(admin);
    const own = await use(String(token), "get_session", { sessionId });
    expect(own.names).toEqual(forSessions.sort());
    expect(own.structuredContent).toMatchObject({ sessionId });
    const refused = await use(serviceKey, "list_endings", {});
    expect(refused.names).toEqual(forBackends.sort());
    expect(refused).toMatchObject({ isError: true, structuredContent: { code: "FORBIDDEN" } });
    const listed = await use(adminKey, "list_endings", { limit: 1 });
    expect(listed.names).toEqual(forAdmins.sort());
    expect(listed.isError).toBeUndefined();
  });
});

describe("each tool", () => {
  const call = (name: string, args: Record<string, unknown>) => callTool(server.url, name, args, adminKey);

  it("lists sessions without the store's statistics, and shows the ending of one", async () => {
    const { sessionId } = await createSession(admin);
    const listed = await call("list_sessions", { userId });
    expect(Object.keys(listed.structuredContent ?? {}).sort()).toEqual(["sessions", "total"]);
    await admin.call("endSession", { sessionId });
    const ending = await call("get_ending", { sessionId });
    expect(ending.structuredContent).toMatchObject({ sessionId, cause: "requested" });
  });

  it("reads a transcript by its channel after the end, and by the session only before", async () => {
    const { sessionId, channelId } = await createSession(admin);
    await admin.call("sendSessionMessage", { sessionId, content: "hello", transport: "http" });
    const bySession = await call("read_transcript", { sessionId });
    await admin.call("endSession", { sessionId });
    const byChannel = await call("read_transcript", { channelId });
    expect(byChannel.structuredContent).toEqual(bySession.structuredContent);
    expect(byChannel.structuredContent).toMatchObject({ hasMore: false });
    const gone = await call("read_transcript", { sessionId });
    expect(gone.structuredContent).toMatchObject({ code: "SESSION_NOT_FOUND" });
    for (const ids of [{}, { sessionId, channelId }])
      expect((await call("read_transcript", ids)).structuredContent).toMatchObject({
        code: "VALIDATION_ERROR",
      });
  });

  it("only counts the sessions of a bulk end unless it is asked to end them", async () => {
    const { sessionId } = await createSession(admin);
    const input = { sessionIds: [sessionId] };
    expect((await call("end_sessions", input)).structuredContent).toEqual({ ended: 0, matched: 1 });
    expect((await call("end_sessions", { ...input, countCut: true })).structuredContent).toEqual({
      ended: 0,
      matched: 1,
      listeners: 0,
      replies: 0,
    });
    expect((await admin.call("getSession", { sessionId })).status).toBe(200);
    const ended = await call("end_sessions", { ...input, dryRun: false });
    expect(ended.structuredContent).toEqual({ ended: 1, matched: 1 });
    expect((await admin.call("getSession", { sessionId })).status).toBe(404);
    expect((await call("end_sessions", {})).structuredContent).toMatchObject({ code: "VALIDATION_ERROR" });
  });

  it("blocks a user and ends what the user has", async () => {
    const blockedId = crypto.randomUUID();
    const { sessionId } = await createSession(admin, { userId: blockedId });
    const blocked = await call("block_user", { userId: blockedId, reason: "insults" });
    expect(blocked.structuredContent).toMatchObject({
      userId: blockedId,
      until: null,
      actor: "ops",
      ended: 1,
    });
    expect((await admin.call("getEnding", { sessionId })).body).toMatchObject({ cause: "blocked" });
  });

  it("refuses to cancel a reply that is not in flight", async () => {
    const { sessionId } = await createSession(admin);
    const refused = await call("cancel_reply", { sessionId, messageId: "none" });
    expect(refused).toMatchObject({ isError: true, structuredContent: { code: "REPLY_NOT_FOUND" } });
  });
});

describe("POST /mcp", () => {
  const list = { jsonrpc: "2.0", id: 1, method: "tools/list", params: {} };
  const accept = { Accept: "application/json, text/event-stream" };
  const post = (given: { key?: string; headers?: Record<string, string>; body?: unknown }) =>
    ask(server.url, "POST", "/mcp", { body: list, ...given, headers: { ...accept, ...given.headers } });

  it("refuses as REST does: key, origin, media type, size, JSON", async () => {
    expect((await post({ key: adminKey })).status).toBe(200);
    expect((await post({})).status).toBe(401);
    expect((await post({ key: "no-such-key-anywhere" })).json).toMatchObject({ code: "UNAUTHORIZED" });
    const foreign = await post({ key: adminKey, headers: { Origin: "https://evil.example" } });
    expect(foreign.status).toBe(403);
    const key = adminKey;
    expect((await post({ key, headers: { "Content-Type": "text/plain" } })).status).toBe(415);
    expect((await post({ key, body: { ...list, padding: "x".repeat(131_072) } })).status).toBe(413);
    expect((await post({ key, body: "{" })).json).toMatchObject({ code: "INVALID_JSON" });
  });

  it.each(["GET", "DELETE", "PUT"])("is the only method: %s is 405", async (method) => {
    const refused = await ask(server.url, method, "/mcp", { key: adminKey, headers: accept });
    expect([refused.status, refused.headers.allow]).toEqual([405, "POST"]);
  });

  it("ends the session of a caller who leaves before the answer, and serves the next one", async () => {
    const { sessionId } = await createSession(admin);
    const params = { name: "end_session", arguments: { sessionId } };
    const body = JSON.stringify({ ...list, method: "tools/call", params });
    const { hostname, port } = new URL(server.url);
    const head = `POST /mcp HTTP/1.1\r\nHost: ${hostname}\r\nAuthorization: Bearer ${adminKey}\r\nAccept: ${accept.Accept}\r\nContent-Type: application/json\r\nContent-Length: ${body.length}\r\n\r\n`;
    const socket = connect(Number(port), hostname);
    await once(socket, "connect");
    socket.end(head + body);
    socket.once("readable", () => socket.destroy());
    await until(async () => (await admin.call("getEnding", { sessionId })).status === 200);
    expect((await post({ key: adminKey })).status).toBe(200);
  });

  it("is refused with 503 while the server drains", async () => {
    await using draining = await startTestServer({ ADJOURN_ADMIN_KEY: adminKey });
    const keptAlive = await overHttp(draining.url, "2025-11-25", adminKey);
    const closing = draining.close(5_000);
    await until(async () => {
      const asked = ask(draining.url, "POST", "/mcp", { key: adminKey, body: list, headers: accept });
      return (await asked).status === 503;
    });
    await keptAlive.close();
    await closing;
  });

  it("accepts only loopback names where no keys are configured", async () => {
    await using open = await startTestServer();
    const asked = (Host: string) =>
      ask(open.url, "POST", "/mcp", { body: list, headers: { ...accept, Host } });
    expect((await asked("localhost")).status).toBe(200);
    expect((await asked("evil.example")).status).toBe(403);
  });
});
