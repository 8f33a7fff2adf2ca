import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { hasBrowser } from "../setup/chromium.js";
import { restWire } from "../setup/wires.js";
import { type ChatExample, reply, say, sessionOf, startChatExample, words } from "./chat-page.js";

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
  let example: ChatExample;
  beforeAll(async () => {
    example = await startChatExample("socket-io-chat", { SOCKET_IO: "on" });
  });
  afterAll(() => example?.[Symbol.asyncDispose]());

  it("shows the message and the reply in pieces, then the reply as it is stored", async () => {
    const page = await example.open();
    await page.evaluate(watchReply);
    await say(page, "one two three");
    await reply(page).getByText("one two three", { exact: true }).waitFor();
    expect(await page.evaluate(() => [...window.replyTexts])).toEqual(["one", "one two", "one two three"]);
    expect(await page.locator(".user").allTextContents()).toEqual(["one two three"]);
    expect(await page.getByRole("log").locator("p").count()).toBe(2);
    await page.close();
  });

  it("closes its input when somebody ends the session in mid-reply, and says why", async () => {
    const page = await example.open();
    await say(page, words);
    await reply(page).filter({ hasText: "w1" }).waitFor();
    await restWire(example.url).call("endSession", { sessionId: sessionOf(page), reason: "closing time" });
    await page.getByRole("status").filter({ hasText: "closing time" }).waitFor();
    expect(await page.getByLabel("Message").isDisabled()).toBe(true);
    expect(await page.getByRole("button", { name: "Send" }).isDisabled()).toBe(true);
    await page.close();
  });
});
