import { type Browser, chromium, type Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { chromiumPath, hasBrowser } from "../setup/chromium.js";
import { startTestServer, type TestServer } from "../setup/test-server.js";
import { createSession, restWire } from "../setup/wires.js";
import { servePage } from "./serve-page.js";

describe.runIf(hasBrowser())("the chat page with useSession", () => {
  let server: TestServer;
  let pages: Awaited<ReturnType<typeof servePage>>;
  let browser: Browser;
  beforeAll(async () => {
    server = await startTestServer();
    pages = await servePage("react-chat", server.url);
    browser = await chromium.launch({ executablePath: chromiumPath ?? "", args: ["--no-sandbox"] });
  });
  afterAll(async () => {
    await browser?.close();
    await pages?.close();
    await server?.[Symbol.asyncDispose]();
  });

  const open = async (sessionId = ""): Promise<Page> => {
    const page = await browser.newPage();
    page.setDefaultTimeout(30_000);
    await page.goto(`${pages.resolvedUrls?.local[0]}#${sessionId}`);
    return page;
  };

  const say = async (page: Page, text: string): Promise<void> => {
    await page.getByLabel("Message").fill(text);
    await page.getByRole("button", { name: "Send", disabled: false }).click();
  };

  const sessionOf = (page: Page): string => new URL(page.url()).hash.slice(1);
  const words = Array.from({ length: 60 }, (_, index) => `w${index}`).join(" ");
  const reply = (page: Page) => page.locator(".assistant");

  it("shows a reply as it is written, goes on with it after a reload, and stops it", async () => {
    const page = await open();
    await say(page, words);
    await reply(page).filter({ hasText: "w1" }).waitFor();
    await page.reload();
    await reply(page).filter({ hasText: "w3" }).waitFor();
    await page.getByRole("button", { name: "Stop", disabled: false }).click();
    await reply(page).filter({ hasNotText: "…" }).waitFor();
    const { body } = await restWire(server.url).call("getSessionMessages", { sessionId: sessionOf(page) });
    expect((body.messages as { content: string }[])[0]?.content).toBe(await reply(page).textContent());
    await page.close();
  });

  it("says so when somebody ends the session in mid-reply, and takes no more input", async () => {
    const page = await open();
    await say(page, words);
    await reply(page).filter({ hasText: "w1" }).waitFor();
    await restWire(server.url).call("endSession", { sessionId: sessionOf(page), reason: "closing time" });
    await page.getByRole("status").filter({ hasText: "closing time" }).waitFor();
    expect(await page.getByRole("button", { name: "Send" }).isDisabled()).toBe(true);
    await page.close();
  });

  it("ends the session", async () => {
    const page = await open();
    await page.getByRole("button", { name: "End", exact: true, disabled: false }).click();
    await page.getByRole("status").filter({ hasText: "requested" }).waitFor();
    const { code } = await restWire(server.url).call("getSession", { sessionId: sessionOf(page) });
    expect(code).toBe("SESSION_NOT_FOUND");
    await page.close();
  });

  it("loads earlier messages", async () => {
    const wire = restWire(server.url);
    const { sessionId } = await createSession(wire);
    for (let count = 0; count < 55; count += 1)
      await wire.call("sendSessionMessage", { sessionId, content: `m${count}`, transport: "http" });
    const page = await open(sessionId);
    await page.getByRole("button", { name: "Earlier messages" }).click();
    await page.locator(".user").getByText("m0", { exact: true }).waitFor();
    expect(await page.getByRole("log").locator("p").count()).toBe(110);
    expect(await page.getByRole("button", { name: "Earlier messages" }).count()).toBe(0);
    await page.close();
  });
});
