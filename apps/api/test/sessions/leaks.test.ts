import { createAgentDirectory } from "@adjourn/agents";
import { systemClock } from "@adjourn/server";
import { type Agent, type SecretStore, type SessionStore, StoreUnavailableError } from "@adjourn/sessions";
import { createInMemorySessionStore } from "@adjourn/testkit";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { WebSocket } from "ws";
import { endpoints } from "../setup/endpoints.js";
import { openRaw, request } from "../setup/raw-peer.js";
import { eventsPath } from "../setup/subscribing.js";
import {
  adminKey,
  echoId,
  serviceKey,
  startTestServer,
  type TestServer,
  until,
  userId,
} from "../setup/test-server.js";
import { createSession, kindOf, restWire } from "../setup/wires.js";

const secret = "a secret that signs tokens and tickets";
const wrongKey = "a-wrong-key-that-somebody-guessed";
/** What a driver, an agent or a bug might put into an error. */
const gossip = `SELECT * FROM sessions WHERE key = '${adminKey}' at read (/srv/adjourn/store.ts:12:3) ${serviceKey} ${secret}`;
const leak = /\bat \S+ \(|\.[tj]s:\d+|\/srv\/|\/src\/|\/dist\/|node_modules|SELECT |INSERT |file:\/\//;

let mood: "well" | "broken" | "away" = "well";
/** Kept in memory, and failing on demand: with an error of its own, or as one that can't be reached. */
const createMoodyStore = (): SessionStore & SecretStore =>
  new Proxy(createInMemorySessionStore({ clock: systemClock }), {
    get: (store, name) => {
      const value: unknown = Reflect.get(store, name);
      if (typeof value !== "function") return value;
      return (...given: unknown[]): unknown => {
        if (mood === "well" || name === "now" || name === "close") return Reflect.apply(value, store, given);
        const cause = new Error(gossip);
        return Promise.reject(mood === "broken" ? cause : new StoreUnavailableError(gossip, { cause }));
      };
    },
  });

const gossiping: Agent = {
  id: echoId,
  name: "Gossip",
  kind: "test",
  replyTimeoutSeconds: 5,
  historyLimit: 0,
  // biome-ignore lint/correctness/useYield: it fails before its first word
  reply: async function* () {
    throw new Error(gossip);
  },
};

const log: string[] = [];
const answers: string[] = [];
const write = process.stdout.write;
let server: TestServer;
let sessionId: string;
let secrets: readonly string[];

beforeAll(async () => {
  process.stdout.write = (line: string | Uint8Array) => log.push(String(line)) > 0;
  server = await startTestServer(
    {
      ADJOURN_ADMIN_KEY: `root:${adminKey}`,
      ADJOURN_SERVICE_KEY: serviceKey,
      ADJOURN_SECRET: secret,
      SOCKET_IO: "on",
      LOG_LEVEL: "trace",
    },
    { store: createMoodyStore(), agents: createAgentDirectory([gossiping]) },
  );
  const wire = restWire(server.url, { key: serviceKey });
  const created = await createSession(wire);
  ({ sessionId } = created);
  const { ticket } = (await wire.call("issueTicket")).body;
  secrets = [adminKey, serviceKey, secret, wrongKey, created.token, String(ticket)];
});
afterAll(async () => {
  mood = "well";
  await server?.[Symbol.asyncDispose]();
  process.stdout.write = write;
});

const ask = async (path: string, init: RequestInit = {}): Promise<Response> => {
  const response = await fetch(`${server.url}${path}`, init);
  answers.push(JSON.stringify([...response.headers]), await response.clone().text());
  return response;
};

const token = () => secrets[4] ?? "";
const ticket = () => secrets[5] ?? "";

const inputs: Readonly<Record<string, Record<string, unknown>>> = {
  createSession: { agentId: echoId, userId },
  listSessions: { userId },
  endSessions: { userId, reason: "gone" },
};

describe("with a store that fails", () => {
  it.each(["broken", "away"] as const)(
    "as one that is %s, no answer says why, at any endpoint",
    async (how) => {
      mood = how;
      const status = how === "broken" ? 500 : 503;
      for (const { endpoint, open, serves } of endpoints) {
        await using caller = await open(server.url, serviceKey, "bearer");
        for (const operation of [
          "createSession",
          "getSession",
          "endSession",
          "listSessions",
          "endSessions",
          "sessionEvents",
        ])
          if (serves(operation))
            expect([
              endpoint,
              operation,
              await caller.status(operation, inputs[operation] ?? { sessionId }),
            ]).toEqual([endpoint, operation, status]);
      }
      for (const operation of ["getSession", "listSessions", "sessionEvents"]) {
        const input = encodeURIComponent(JSON.stringify(inputs[operation] ?? { sessionId }));
        await ask(`/trpc/${operation}?input=${input}`, { headers: { "X-API-KEY": serviceKey } });
      }
      const refused = await ask(`/api/messaging/sessions/${sessionId}?ticket=${ticket()}`, {
        method: "DELETE",
      });
      expect(refused.status).toBe(status);
      if (how === "broken") {
        const { details } = (await refused.json()) as { details: { requestId: string } };
        expect(details.requestId).toBe(refused.headers.get("X-Request-Id"));
        expect(log.some((line) => line.includes(details.requestId) && line.includes('"level":"error"'))).toBe(
          true,
        );
      }
      answers.push(await frameOf({ path: "getSession", input: { sessionId } }));
      mood = "well";
    },
  );

  const frameOf = async (params: { path: string; input: unknown }): Promise<string> => {
    const socket = new WebSocket(`${server.url.replace("http", "ws")}/trpc?ticket=${ticket()}`);
    const text = await new Promise<string>((resolve, reject) => {
      socket.on("open", () => socket.send(JSON.stringify({ id: 1, method: kindOf(params.path), params })));
      socket.on("message", (data) => resolve(String(data)));
      socket.on("error", reject);
    });
    socket.terminate();
    return text;
  };
});

describe("with an agent that fails", () => {
  it.each(["http", "sse", "websocket"])("no answer says why, over %s", async (transport) => {
    const received: string[] = [];
    const listener = new WebSocket(
      `${server.url.replace("http", "ws")}${eventsPath(sessionId, { ticket: ticket() })}`,
    );
    listener.on("message", (data) => received.push(String(data)));
    await until(() => received.length > 0);
    const response = await ask(`/api/messaging/sessions/${sessionId}/messages`, {
      method: "POST",
      headers: { Authorization: `Bearer ${token()}`, "Content-Type": "application/json" },
      body: JSON.stringify({ content: "hello", transport }),
    });
    if (transport === "http") expect(response.status).toBe(502);
    if (transport === "sse") expect(await response.text()).toContain("AGENT_FAILED");
    await until(() => received.some((text) => text.includes('"message.failed"')));
    answers.push(...received);
    listener.terminate();
  });
});

describe("whatever goes wrong", () => {
  it("a refusal quotes nothing of the request", async () => {
    const session = `/api/messaging/sessions/${sessionId}`;
    const json = { "Content-Type": "application/json" };
    for (const credential of [wrongKey, adminKey, token()])
      for (const name of ["ticket", "key", "token", "apiKey", "access_token"]) {
        await ask(`${session}?${name}=${credential}`);
        await ask(`/trpc/getSession?${name}=${credential}&input=%7B`);
      }
    const params = encodeURIComponent(JSON.stringify({ token: adminKey }));
    await ask(`/trpc/sessionEvents?input=%7B%7D&connectionParams=${params}`);
    await ask(`/trpc/sessionEvents?input=%7B%7D&connectionParams=${adminKey}`);
    for (const headers of [
      { Authorization: `Bearer ${wrongKey}` },
      { Authorization: `Basic ${wrongKey}` },
      { "X-API-KEY": wrongKey },
    ] as Record<string, string>[])
      await ask(session, { headers });
    await ask(`${session}/messages`, {
      method: "POST",
      headers: { ...json, "X-API-KEY": adminKey },
      body: "{",
    });
    await ask(`/trpc/endSession`, { method: "POST", headers: { ...json, "X-API-KEY": adminKey }, body: "{" });
    await ask("/api/nowhere", { headers: { "X-API-KEY": adminKey } });
    await using peer = openRaw(server.url);
    peer.write(
      request(server.url, `GET /x?ticket=${ticket()}`, [`X-API-KEY: ${adminKey}`, "Content-Length: x"]),
    );
    await peer.gone;
    answers.push(peer.text());
  });

  it("no answer has shown a stack, a path, a query or a secret, and no line of the log a secret", () => {
    expect(answers.length).toBeGreaterThan(50);
    expect(log.length).toBeGreaterThan(50);
    for (const answer of answers) {
      expect(answer).not.toMatch(leak);
      for (const known of secrets) expect(answer).not.toContain(known);
    }
    for (const line of log) for (const known of secrets) expect(line).not.toContain(known);
    expect(log.join("")).toContain("ticket=[hidden]");
    expect(log.join("")).toContain("A reply failed");
  });
});
