import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { freePort, ScriptedAgent, scriptedAgentId } from "@adjourn/testkit";
import { type Browser, chromium, type Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { chromiumPath, hasBrowser } from "../setup/chromium.js";
import { startTestServer, until } from "../setup/test-server.js";
import { createSession, restWire } from "../setup/wires.js";
import { hasText } from "./has-text.js";
import { startPageServer } from "./page-server.js";

let browser: Browser;
let pages: Awaited<ReturnType<typeof startPageServer>>;

/** A page with `useSession` in strict mode, a server that can be restarted, and an agent whose replies the test writes. */
const openSession = async () => {
  const folder = await mkdtemp(join(tmpdir(), "adjourn-page-"));
  const agent = new ScriptedAgent();
  const env = {
    PORT: String(await freePort()),
    DATABASE_URL: `file:${join(folder, "adjourn.db")}`,
    ALLOWED_ORIGINS: pages.origin,
  };
  const start = () => startTestServer(env, { agents: { get: () => agent, list: () => [agent] } });
  let server = await start();
  const wire = restWire(server.url);
  const { sessionId } = await createSession(wire, { agentId: scriptedAgentId });
  const page = await browser.newPage();
  const problems: string[] = [];
  page.on("pageerror", (error) => problems.push(error.message));
  const address = `${pages.origin}/?api=${encodeURIComponent(server.url)}&session=${sessionId}`;
  await page.goto(address);
  return {
    page,
    wire,
    sessionId,
    problems,
    nextTurn: () => agent.nextTurn(),
    stop: () => server.close(0),
    start: async () => {
      server = await start();
    },
    [Symbol.asyncDispose]: async () => {
      await page.close();
      await server.close(0);
      await rm(folder, { recursive: true, force: true });
    },
  };
};

const press = (page: Page, name: string) => page.getByRole("button", { name, exact: true }).click();
const shown = (page: Page) => page.locator("li").allTextContents();
const statuses = (page: Page) => page.evaluate(() => window.statuses);

describe.runIf(hasBrowser())("useSession", () => {
  beforeAll(async () => {
    browser = await chromium.launch({ executablePath: chromiumPath ?? "", args: ["--no-sandbox"] });
    pages = await startPageServer();
  });
  afterAll(async () => {
    await browser.close();
    await pages[Symbol.asyncDispose]();
  });

  it("connects, shows a reply as it is written, and cancels it", async () => {
    await using session = await openSession();
    const { page } = session;
    await hasText(page, "#status", "active");
    expect(await statuses(page)).toEqual(["connecting", "active"]);
    await press(page, "Send");
    const turn = await session.nextTurn();
    turn.say("half ");
    await hasText(page, "li[data-writing=true]", "half ");
    turn.say("an answer");
    await hasText(page, "li[data-writing=true]", "half an answer");
    await press(page, "Cancel");
    await hasText(page, "li[data-writing=false]", "half an answer");
    expect(await shown(page)).toEqual(["question", "half an answer"]);
    expect(await page.textContent("#status")).toBe("active");
    expect(session.problems).toEqual([]);
  });

  it("shows that someone else has ended it, and why, in mid-reply", async () => {
    await using session = await openSession();
    const { page } = session;
    await hasText(page, "#status", "active");
    await press(page, "Send");
    (await session.nextTurn()).say("half");
    await hasText(page, "li[data-writing=true]", "half");
    await session.wire.call("endSession", { sessionId: session.sessionId, reason: "enough" });
    await hasText(page, "#status", "ended");
    await hasText(page, "#ending", "requested: enough");
    // The send that was cut off says so, without an unhandled rejection.
    await hasText(page, "#error", "SESSION_ENDED");
    expect(await shown(page)).toEqual(["question"]);
    expect(session.problems).toEqual([]);
  });

  it("ends it", async () => {
    await using session = await openSession();
    await hasText(session.page, "#status", "active");
    await press(session.page, "End");
    await hasText(session.page, "#ending", "requested: by the page");
    expect(await session.page.textContent("#status")).toBe("ended");
  });

  it("reconnects after a restart of the server, with the messages sent meanwhile, each once", async () => {
    await using session = await openSession();
    const { page, wire, sessionId } = session;
    await hasText(page, "#status", "active");
    await wire.call("sendSessionMessage", { sessionId, content: "before" });
    (await session.nextTurn()).finish();
    await hasText(page, "li", "before");
    await session.stop();
    await hasText(page, "#status", "connecting");
    await session.start();
    await wire.call("sendSessionMessage", { sessionId, content: "meanwhile" });
    await hasText(page, "#status", "active");
    await hasText(page, "li", "meanwhile");
    expect(await shown(page)).toEqual(["before", "meanwhile"]);
    await session.stop();
    await hasText(page, "#status", "connecting");
    await session.start();
    await wire.call("endSession", { sessionId, reason: "while it was away" });
    await hasText(page, "#status", "ended");
    await hasText(page, "#ending", "requested: while it was away");
    expect(session.problems).toEqual([]);
  });

  it("listens once however often it is mounted, and not at all once it is unmounted", async () => {
    await using session = await openSession();
    const { page, wire, sessionId } = session;
    const listeners = async () => {
      const { body } = await wire.call("listSessions", {});
      return (body.sessions as { listeners: number }[])[0]?.listeners;
    };
    await wire.call("sendSessionMessage", { sessionId, content: "before" });
    await hasText(page, "li", "before");
    await until(async () => (await listeners()) === 1);
    await press(page, "Toggle");
    await until(async () => (await listeners()) === 0);
    await press(page, "Toggle");
    await hasText(page, "#status", "active");
    await until(async () => (await listeners()) === 1);
    expect(await shown(page)).toEqual(["before"]);
    expect(session.problems).toEqual([]);
  });
});
