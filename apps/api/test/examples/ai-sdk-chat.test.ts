import { chromium, type Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { chromiumPath, hasBrowser } from "../setup/chromium.js";
import { startTestServer, type TestServer } from "../setup/test-server.js";
import { restWire } from "../setup/wires.js";
import { servePage } from "./serve-page.js";

describe.skipIf(!hasBrowser())("the chat page with the AI SDK", () => {
  let server: TestServer;
  let pages: Awaited<ReturnType<typeof servePage>>;
  let browser: Awaited<ReturnType<typeof chromium.launch>>;
  beforeAll(async () => {
    server = await startTestServer();
    pages = await servePage("ai-sdk-chat", server.url);
    browser = await chromium.launch({ executablePath: chromiumPath ?? "", args: ["--no-sandbox"] });
  });
  afterAll(async () => {
    await browser?.close();
    await pages?.close();
    await server?.[Symbol.asyncDispose]();
  });

  const open = async (): Promise<Page> => {
    const page = await browser.newPage();
    page.setDefaultTimeout(30_000);
    await page.goto(pages.resolvedUrls?.local[0] ?? "");
    return page;
  };

  const say = async (page: Page, text: string): Promise<void> => {
    await page.getByLabel("Message").fill(text);
    await page.getByRole("button", { name: "Send" }).click();
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
    expect(words.startsWith((await reply(page).textContent())?.trim() ?? "?")).toBe(true);
    await page.getByRole("button", { name: "Stop" }).click();
    await page.getByRole("button", { name: "Send", disabled: false }).waitFor();
    const shown = await reply(page).textContent();
    const { body } = await restWire(server.url).call("getSessionMessages", { sessionId: sessionOf(page) });
    expect((body.messages as { content: string }[])[0]?.content).toBe(shown);
    await page.close();
  });

  it("says so when somebody ends the session in mid-reply", async () => {
    const page = await open();
    await say(page, words);
    await reply(page).filter({ hasText: "w1" }).waitFor();
    await restWire(server.url).call("endSession", { sessionId: sessionOf(page), reason: "closing time" });
    await page.getByRole("status").filter({ hasText: "closing time" }).waitFor();
    expect(await page.getByRole("button", { name: "Send" }).isDisabled()).toBe(true);
    expect(await page.getByRole("alert").count()).toBe(0);
    await page.close();
  });
});
