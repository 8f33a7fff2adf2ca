import { type Browser, chromium, type Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { chromiumPath, hasBrowser } from "../setup/chromium.js";
import { startTestServer, type TestServer } from "../setup/test-server.js";
import { restWire } from "../setup/wires.js";
import { servePage } from "./serve-page.js";

declare global {
  interface Window {
    /** Each text of the reply that was shown, in order. */
    replyTexts: Set<string>;
  }
}

/** Runs in the page: a text may be replaced before a test has looked. */
const watchReply = (): void => {
  window.replyTexts = new Set();
  const note = () => {
    const text = document.querySelector(".assistant")?.textContent;
    if (text) window.replyTexts.add(text);
  };
  new MutationObserver(note).observe(document.body, { childList: true, subtree: true });
};

describe.runIf(hasBrowser())("the ElizaOS-style chat page on Socket.IO", () => {
  let server: TestServer;
  let pages: Awaited<ReturnType<typeof servePage>>;
  let browser: Browser;
  beforeAll(async () => {
    server = await startTestServer({ SOCKET_IO: "on" });
    pages = await servePage("socket-io-chat", server.url);
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
    await page.getByRole("button", { name: "Send", disabled: false }).click();
  };

  const sessionOf = (page: Page): string => new URL(page.url()).hash.slice(1);

  it("shows the message and the reply in pieces, then the reply as it is stored", async () => {
    const page = await open();
    await page.evaluate(watchReply);
    await say(page, "one two three");
    await page.locator(".assistant").getByText("one two three", { exact: true }).waitFor();
    expect(await page.evaluate(() => [...window.replyTexts])).toEqual(["one", "one two", "one two three"]);
    expect(await page.locator(".user").allTextContents()).toEqual(["one two three"]);
    expect(await page.getByRole("log").locator("p").count()).toBe(2);
    await page.close();
  });

  it("closes its input when somebody ends the session in mid-reply, and says why", async () => {
    const page = await open();
    await say(page, Array.from({ length: 60 }, (_, index) => `w${index}`).join(" "));
    await page.locator(".assistant").filter({ hasText: "w1" }).waitFor();
    await restWire(server.url).call("endSession", { sessionId: sessionOf(page), reason: "closing time" });
    await page.getByRole("status").filter({ hasText: "closing time" }).waitFor();
    expect(await page.getByLabel("Message").isDisabled()).toBe(true);
    expect(await page.getByRole("button", { name: "Send" }).isDisabled()).toBe(true);
    await page.close();
  });
});
