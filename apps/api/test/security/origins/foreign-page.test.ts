import { once } from "node:events";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { type Browser, chromium, type Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { chromiumPath, hasBrowser } from "../../setup/chromium.js";
import { eventsPath } from "../../setup/subscribing.js";
import { startTestServer, type TestServer } from "../../setup/test-server.js";
import { createSession, restWire } from "../../setup/wires.js";

interface Attempt {
  readonly api: string;
  readonly sessionId: string;
  readonly events: string;
}

const html = "<!doctype html><title>A page</title><body></body>";

/** What a page finds out; it runs in the browser. */
type Try = (attempt: Attempt) => Promise<string>;

const tries: Readonly<Record<string, Try>> = {
  "a fetch with a preflight": async ({ api, sessionId }) => {
    const call = fetch(`${api}/api/messaging/sessions/${sessionId}`, { method: "DELETE" });
    return call.then(async (answer) => `${answer.status} ${await answer.text()}`).catch(() => "failed");
  },
  "a fetch with a preflight over tRPC": async ({ api, sessionId }) => {
    const call = fetch(`${api}/trpc/endSession`, {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify({ sessionId }),
    });
    return call.then(async (answer) => `${answer.status} ${await answer.text()}`).catch(() => "failed");
  },
  "a simple fetch": async ({ api, sessionId }) => {
    for (const [path, body] of [
      ["/api/messaging/sessions/end", { sessionIds: [sessionId] }],
      ["/trpc/endSession", { sessionId }],
    ] as const)
      await fetch(`${api}${path}`, { method: "POST", mode: "no-cors", body: JSON.stringify(body) }).catch(
        () => {},
      );
    const read = fetch(`${api}/api/messaging/sessions/${sessionId}`);
    return read.then((answer) => answer.text()).catch(() => "failed");
  },
  "a beacon": async ({ api, sessionId }) => {
    navigator.sendBeacon(`${api}/trpc/endSession`, JSON.stringify({ sessionId }));
    // A beacon does not report its arrival; a later request to the same server does.
    await fetch(`${api}/api/agents`, { mode: "no-cors" }).catch(() => {});
    return "failed";
  },
  "a form": async ({ api, sessionId }) => {
    for (const [path, body] of [
      ["/api/messaging/sessions/end", { sessionIds: [sessionId] }],
      ["/trpc/endSession", { sessionId }],
    ] as const) {
      const frame = document.createElement("iframe");
      frame.name = `frame${Math.random()}`;
      document.body.append(frame);
      const form = document.createElement("form");
      Object.assign(form, {
        method: "POST",
        action: `${api}${path}`,
        enctype: "text/plain",
        target: frame.name,
      });
      const input = document.createElement("input");
      // Sent as name=value: the equals sign ends up inside a string of the JSON.
      Object.assign(input, { name: `${JSON.stringify(body).slice(0, -1)},"x":"`, value: '"}' });
      form.append(input);
      document.body.append(form);
      const loaded = new Promise((resolve) => frame.addEventListener("load", resolve, { once: true }));
      form.submit();
      await loaded;
    }
    return "failed";
  },
  "a tRPC WebSocket": ({ api, sessionId }) =>
    new Promise((resolve) => {
      const socket = new WebSocket(`${api.replace("http", "ws")}/trpc`);
      const params = { path: "endSession", input: { sessionId } };
      socket.onopen = () => socket.send(JSON.stringify({ id: 1, method: "mutation", params }));
      socket.onmessage = ({ data }) => resolve(String(data));
      socket.onclose = () => resolve("failed");
    }),
  "a plain WebSocket": ({ api, events }) =>
    new Promise((resolve) => {
      const socket = new WebSocket(`${api.replace("http", "ws")}${events}`);
      socket.onmessage = ({ data }) => resolve(String(data));
      socket.onclose = () => resolve("failed");
    }),
  "an EventSource": ({ api, events }) =>
    new Promise((resolve) => {
      const source = new EventSource(`${api}${events}`);
      source.onmessage = ({ data }) => resolve(String(data));
      source.onerror = () => {
        source.close();
        resolve("failed");
      };
    }),
};

describe.skipIf(!hasBrowser())("a page of another origin", { timeout: 60_000 }, () => {
  let browser: Browser;
  let pages: Server;
  let port: number;
  let server: TestServer;

  beforeAll(async () => {
    pages = createServer((_, response) => {
      response.setHeader("Content-Type", "text/html");
      response.end(html);
    }).listen(0, "127.0.0.1");
    await once(pages, "listening");
    ({ port } = pages.address() as AddressInfo);
    server = await startTestServer({ ALLOWED_ORIGINS: `http://friend.example:${port}` });
    browser = await chromium.launch({
      executablePath: chromiumPath ?? "",
      // As whoever owns a name could have it: their name leads to this machine.
      args: ["--no-sandbox", "--host-resolver-rules=MAP *.example 127.0.0.1"],
    });
  }, 60_000);
  afterAll(async () => {
    await browser?.close();
    pages?.closeAllConnections();
    pages?.close();
    await server?.[Symbol.asyncDispose]();
  });

  const openPage = async (address: string, isServed = true): Promise<Page> => {
    const page = await (await browser.newContext()).newPage();
    // A page that was there before its name came to lead here.
    if (!isServed)
      await page.route(address, (route) => route.fulfill({ contentType: "text/html", body: html }));
    await page.goto(address);
    return page;
  };

  /** What the page found out, and whether the session lives on. */
  const tryFrom = async (page: Page, act: Try, api = server.url) => {
    const wire = restWire(server.url);
    const { sessionId } = await createSession(wire);
    const found = await page.evaluate(act, { api, sessionId, events: eventsPath(sessionId) });
    const { status } = await wire.call("getSession", { sessionId });
    await page.context().close();
    return { found, lives: status === 200 };
  };

  const names = Object.keys(tries);
  const attempt = (name: string): Try => tries[name] ?? (() => Promise.reject(new Error(name)));

  it.each(names)("can't end a session through %s, nor receive its events", async (name) => {
    const page = await openPage(`http://evil.example:${port}/`);
    expect(await tryFrom(page, attempt(name))).toEqual({ found: "failed", lives: true });
  });

  it.each(names)("of no origin at all can't either, through %s", async (name) => {
    const page = await openPage(`data:text/html,${html}`);
    expect(await tryFrom(page, attempt(name))).toEqual({ found: "failed", lives: true });
  });

  it.each(names)("on another port of this machine can't either, through %s", async (name) => {
    const page = await openPage(`http://127.0.0.1:${port}/`);
    expect(await tryFrom(page, attempt(name))).toEqual({ found: "failed", lives: true });
  });

  it.each(names)("whose name resolves to this server is refused by that name, through %s", async (name) => {
    const rebound = `http://rebound.example:${new URL(server.url).port}`;
    const page = await openPage(`${rebound}/`, false);
    const { found, lives } = await tryFrom(page, attempt(name), rebound);
    expect(lives).toBe(true);
    // To the browser this is its own server, so it may read the refusal.
    expect(found).toMatch(/^failed$|FORBIDDEN/);
  });

  it.each(names.filter((name) => !["a simple fetch", "a beacon", "a form"].includes(name)))(
    "that is allowed can, through %s",
    async (name) => {
      const page = await openPage(`http://friend.example:${port}/`);
      const { found, lives } = await tryFrom(page, attempt(name));
      expect(found).toMatch(/"success":true|session\.started/);
      expect(lives).toBe(found.includes("session.started"));
    },
  );
});
