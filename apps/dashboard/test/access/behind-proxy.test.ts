import { once } from "node:events";
import type { IncomingMessage } from "node:http";
import { Agent, type RequestOptions, request } from "node:https";
import { connect as connectTls } from "node:tls";
import { freePort } from "@adjourn/testkit";
import { type Browser, chromium, type Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import WebSocket from "ws";
import { chromiumPath, hasBrowser } from "../setup/chromium";
import { hasProxies, proxyKinds, publicName, startProxy } from "../setup/reverse-proxy";
import { typewriterId } from "../setup/session-calls";
import { type Servers, startServers } from "../setup/start-servers";

const adminKey = "an-admin-key-for-tests";
const json = { "content-type": "application/json" };

const portOf = (url: string): number => Number(new URL(url).port);

const textOf = async (answer: IncomingMessage): Promise<string> => {
  let text = "";
  for await (const chunk of answer) text += chunk;
  return text;
};

const cannotRun = !hasProxies() || !hasBrowser();

describe.skipIf(cannotRun).each(proxyKinds)("behind %s, as the documentation sets it up", (kind) => {
  let servers: Servers;
  let proxy: AsyncDisposable;
  let browser: Browser;
  let proxyPort: number;
  let origin: string;
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  const sockets = new Agent({ servername: publicName, rejectUnauthorized: false });
  const callers = new Agent({ keepAlive: true, maxSockets: 1 });

  beforeAll(async () => {
    proxyPort = await freePort();
    origin = `https://${publicName}:${proxyPort}`;
    servers = await startServers({
      ADJOURN_ADMIN_KEY: `ops:${adminKey}`,
      ADJOURN_SECRET: "a-secret-of-enough-characters-for-tests",
      DASHBOARD_URL: origin,
      PUBLIC_API_URL: origin,
      TRUST_PROXY: "127.0.0.1",
      RATE_LIMIT_PER_MINUTE: "60",
      REST_DIALECT: "documented",
    });
    const ports = { proxy: proxyPort, api: portOf(servers.api), dashboard: portOf(servers.dashboard) };
    proxy = await startProxy(kind, ports);
    browser = await chromium.launch({
      executablePath: chromiumPath ?? "",
      args: [
        "--no-sandbox",
        "--ignore-certificate-errors",
        `--host-resolver-rules=MAP ${publicName} 127.0.0.1`,
      ],
    });
  }, 90_000);

  afterAll(async () => {
    agent.destroy();
    callers.destroy();
    await browser?.close();
    await proxy?.[Symbol.asyncDispose]();
    await servers?.[Symbol.asyncDispose]();
  });

  /** How a program reaches the proxy by its public name, which no resolver knows. */
  const way = {
    get host() {
      return "127.0.0.1";
    },
    get port() {
      return proxyPort;
    },
    servername: publicName,
    rejectUnauthorized: false,
  };

  const open = async (path: string, options: RequestOptions & { readonly body?: string } = {}) => {
    const { body, headers, ...rest } = options;
    const sent = request({
      ...way,
      path,
      agent: false,
      ...rest,
      headers: { host: `${publicName}:${proxyPort}`, "x-api-key": adminKey, ...headers },
    });
    if (body !== undefined) sent.write(body);
    sent.end();
    const [answer] = (await once(sent, "response")) as [IncomingMessage];
    return answer;
  };

  const send = async (path: string, options: RequestOptions & { readonly body?: string } = {}) => {
    const answer = await open(path, { agent, ...options });
    return { status: answer.statusCode, text: await textOf(answer) };
  };

  const create = async (): Promise<string> => {
    const body = JSON.stringify({ agentId: typewriterId, userId: crypto.randomUUID() });
    const { text } = await send("/api/messaging/sessions", { method: "POST", headers: json, body });
    return JSON.parse(text).sessionId;
  };

  const say = (sessionId: string, content: string, delayMs = 0) =>
    send(`/api/messaging/sessions/${sessionId}/messages`, {
      method: "POST",
      headers: json,
      body: JSON.stringify({ content, metadata: { delayMs } }),
    });

  const signIn = async (page: Page): Promise<void> => {
    await page.goto(`${origin}/`);
    await page.getByLabel("Admin key", { exact: true }).fill(adminKey);
    await page.getByRole("button", { name: "Sign in", exact: true }).click();
    await page.getByRole("heading", { name: "Overview" }).waitFor();
  };

  it("an admin signs in, sees what is live, and ends a session", { timeout: 60_000 }, async () => {
    const context = await browser.newContext({ ignoreHTTPSErrors: true });
    const page = await context.newPage();
    await signIn(page);
    // The socket of /trpc is open.
    await page.getByText("Live", { exact: true }).waitFor();
    const cookies = await context.cookies();
    expect(cookies.find(({ name }) => name === "adjourn_admin")).toMatchObject({
      httpOnly: true,
      secure: true,
      sameSite: "Strict",
    });
    const sessionId = await create();
    await page.goto(`${origin}/sessions`);
    const row = page.getByRole("row").filter({ hasText: sessionId.slice(0, 8) });
    await row.getByRole("button", { name: "End session" }).click();
    await page.getByRole("alertdialog").getByRole("button", { name: "End session" }).click();
    await page.getByRole("status").filter({ hasText: "Session ended" }).waitFor();
    expect((await send(`/api/messaging/sessions/${sessionId}`)).status).toBe(404);
    await page.getByRole("button", { name: "Sign out" }).click();
    await page.waitForURL("**/login");
    await context.close();
  });

  it("events come one by one, and subscribers stay for as long as nothing happens", {
    timeout: 60_000,
  }, async () => {
    const sessionId = await create();
    const events = `/api/messaging/sessions/${sessionId}/events`;
    const stream = await open(events, { headers: { accept: "text/event-stream" } });
    const received: string[] = [];
    stream.on("data", (chunk) => received.push(String(chunk)));
    const socket = new WebSocket(`wss://127.0.0.1:${proxyPort}${events}`, {
      agent: sockets,
      headers: { host: `${publicName}:${proxyPort}`, "x-api-key": adminKey },
    });
    const frames: string[] = [];
    socket.on("message", (data) => frames.push(String(data)));
    await once(socket, "open");
    void say(sessionId, "one two three four", 400);
    await expect
      .poll(() => received.join("").match(/message\.delta/g)?.length ?? 0, { timeout: 20_000 })
      .toBeGreaterThanOrEqual(1);
    await expect
      .poll(() => received.join("").match(/"isAgent":true/g)?.length ?? 0, { timeout: 20_000 })
      .toBe(1);
    // A proxy that buffered would have handed on all pieces at once.
    expect(received.length).toBeGreaterThanOrEqual(4);
    // nginx would have cut both after 18 s without a byte; comments and pings come every 15 s.
    await expect
      .poll(() => received.join("").match(/^: /gm)?.length ?? 0, { timeout: 40_000 })
      .toBeGreaterThanOrEqual(2);
    expect(socket.readyState).toBe(WebSocket.OPEN);
    const closed = once(socket, "close");
    const ended = once(stream, "end");
    const { status } = await send(`/api/messaging/sessions/${sessionId}`, { method: "DELETE" });
    expect(status).toBe(200);
    await ended;
    expect(received.join("")).toContain("session.ended");
    expect((await closed)[0]).toBe(4410);
    expect(frames.at(-1)).toContain("session.ended");
  });

  it("an upgrade of /trpc is passed through, and a foreign page's is refused", async () => {
    const open = (headers: Record<string, string>) =>
      new WebSocket(`wss://127.0.0.1:${proxyPort}/trpc`, {
        agent: sockets,
        headers: { host: `${publicName}:${proxyPort}`, "x-api-key": adminKey, ...headers },
      });
    const own = open({ origin });
    await once(own, "open");
    own.send(JSON.stringify({ id: 1, method: "query", params: { path: "listAgents" } }));
    expect(String((await once(own, "message"))[0])).toContain("Typewriter");
    own.terminate();
    const foreign = open({ origin: "https://evil.example" });
    foreign.on("error", () => {});
    const [, refusal] = (await once(foreign, "unexpected-response")) as [unknown, IncomingMessage];
    expect(refusal.statusCode).toBe(403);
    foreign.terminate();
  });

  it("connections are reused, and bodies come in pieces or after a 100", async () => {
    const body = JSON.stringify({ agentId: typewriterId, userId: crypto.randomUUID() });
    for (let round = 0; round < 20; round += 1) {
      const { status } = await send("/api/messaging/sessions", {
        method: "POST",
        headers: { ...json, "transfer-encoding": "chunked" },
        body,
      });
      expect(status).toBe(201);
    }
    const expecting = request({
      ...way,
      agent: false,
      path: "/api/messaging/sessions",
      method: "POST",
      headers: {
        host: `${publicName}:${proxyPort}`,
        "x-api-key": adminKey,
        ...json,
        expect: "100-continue",
        "content-length": body.length,
      },
    });
    expecting.flushHeaders();
    await once(expecting, "continue");
    expecting.end(body);
    const [answer] = (await once(expecting, "response")) as [IncomingMessage];
    expect(answer.statusCode).toBe(201);
    answer.resume();
  });

  it("a body that is too large is refused in the API's words", async () => {
    const { status, text } = await send("/api/messaging/sessions", {
      method: "POST",
      headers: json,
      body: JSON.stringify({ agentId: "x".repeat(200_000) }),
    });
    expect(status).toBe(413);
    expect(JSON.parse(text)).toMatchObject({ code: "PAYLOAD_TOO_LARGE" });
  });

  it("callers are distinguished by the address that the proxy saw, not by a forged one", async () => {
    const statuses: (number | undefined)[] = [];
    for (let call = 0; call < 62; call += 1) {
      const headers = { "x-api-key": "", "x-forwarded-for": `192.0.2.${call}` };
      // Not from the proxy's own address, which is itself trusted.
      const answered = await send("/api/agents", { headers, localAddress: "127.0.0.2", agent: callers });
      statuses.push(answered.status);
    }
    expect(statuses.at(0)).toBe(401);
    expect(statuses.at(-1)).toBe(429);
  });

  it("a client of HTTP/1.0 is answered, and its connection closed", async () => {
    const socket = connectTls(way);
    await once(socket, "secureConnect");
    socket.write(
      `GET /api/agents HTTP/1.0\r\nHost: ${publicName}:${proxyPort}\r\nX-API-KEY: ${adminKey}\r\n\r\n`,
    );
    let text = "";
    socket.on("data", (chunk) => {
      text += chunk;
    });
    await once(socket, "close");
    expect(text).toMatch(/^HTTP\/1\.[01] 200 /);
    expect(text).toContain("Typewriter");
  });
});
