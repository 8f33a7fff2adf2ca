import { createFakeClock } from "@adjourn/testkit";
import { type Browser, chromium, type Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { openTcpGate } from "../cluster/setup/tcp-gate.js";
import { chromiumPath, hasBrowser } from "../setup/chromium.js";
import { adminKey, startTestServer } from "../setup/test-server.js";
import { createSession, restWire } from "../setup/wires.js";
import { hasText } from "./has-text.js";
import { startPageServer } from "./page-server.js";

const minute = 60_000;

let browser: Browser;
let pages: Awaited<ReturnType<typeof startPageServer>>;

/** A page with `useSession`, whose connection the test holds in its hand, and the time of its server. */
const openPage = async (tokenOf: "session" | "admin") => {
  const clock = createFakeClock();
  const server = await startTestServer(
    { ADJOURN_ADMIN_KEY: adminKey, ALLOWED_ORIGINS: pages.origin },
    { clock },
  );
  const gate = await openTcpGate(server.url);
  const wire = restWire(server.url, { key: adminKey });
  const timeoutConfig = { timeoutMinutes: 5, autoRenew: false };
  const { sessionId, token } = await createSession(wire, { timeoutConfig });
  const page = await browser.newPage();
  const query = new URLSearchParams({
    api: gate.url,
    session: sessionId,
    token: tokenOf === "admin" ? adminKey : token,
  });
  await page.goto(`${pages.origin}/?${query}`);
  await hasText(page, "#status", "active");
  return {
    page,
    clock,
    wire,
    sessionId,
    expiresAt: new Date(clock.now() + 5 * minute).toISOString(),
    /** What happens while the page is disconnected. */
    meanwhile: async (change: () => Promise<unknown>) => {
      gate.refuse();
      await hasText(page, "#status", "connecting");
      await change();
      gate.open();
      await hasText(page, "#status", "ended");
    },
    [Symbol.asyncDispose]: async () => {
      await page.close();
      await gate[Symbol.asyncDispose]();
      await server[Symbol.asyncDispose]();
    },
  };
};

const textsOf = async (page: Page) => [await page.textContent("#ending"), await page.textContent("#error")];

describe.runIf(hasBrowser())("useSession, after an end that it missed", () => {
  beforeAll(async () => {
    browser = await chromium.launch({ executablePath: chromiumPath ?? "", args: ["--no-sandbox"] });
    pages = await startPageServer();
  });
  afterAll(async () => {
    await browser.close();
    await pages[Symbol.asyncDispose]();
  });

  it("shows with a session's token that it was ended, and nothing that it cannot know", async () => {
    await using session = await openPage("session");
    const { page, wire, sessionId } = session;
    await session.meanwhile(() => wire.call("endSession", { sessionId, reason: "enough" }));
    expect(await textsOf(page)).toEqual(["", "SESSION_NOT_FOUND"]);
  });

  it("shows with a session's token that it has expired, and when", async () => {
    await using session = await openPage("session");
    await session.meanwhile(() => session.clock.advance(5 * minute + 1_000));
    expect(await textsOf(session.page)).toEqual(["expired: null", "SESSION_EXPIRED"]);
    expect(await session.page.getAttribute("#ending", "title")).toBe(session.expiresAt);
  });

  it("shows with a key how it ended", async () => {
    await using session = await openPage("admin");
    const { page, wire, sessionId } = session;
    await session.meanwhile(() => wire.call("endSession", { sessionId, reason: "enough" }));
    await hasText(page, "#ending", "requested: enough");
  });
});
