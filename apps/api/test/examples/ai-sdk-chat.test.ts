import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { hasBrowser } from "../setup/chromium.js";
import { restWire } from "../setup/wires.js";
import { type ChatExample, reply, say, sessionOf, startChatExample, words } from "./chat-page.js";

describe.skipIf(!hasBrowser())("the chat page with the AI SDK", () => {
  let example: ChatExample;
  beforeAll(async () => {
    example = await startChatExample("ai-sdk-chat");
  });
  afterAll(() => example?.[Symbol.asyncDispose]());

  it("shows a reply as it is written, goes on with it after a reload, and stops it", async () => {
    const page = await example.open();
    await say(page, words);
    await reply(page).filter({ hasText: "w1" }).waitFor();
    await page.reload();
    await reply(page).filter({ hasText: "w3" }).waitFor();
    expect(words.startsWith((await reply(page).textContent())?.trim() ?? "?")).toBe(true);
    await page.getByRole("button", { name: "Stop" }).click();
    await page.getByRole("button", { name: "Send", disabled: false }).waitFor();
    const shown = await reply(page).textContent();
    const { body } = await restWire(example.url).call("getSessionMessages", { sessionId: sessionOf(page) });
    expect((body.messages as { content: string }[])[0]?.content).toBe(shown);
    await page.close();
  });

  it("says so when somebody ends the session in mid-reply", async () => {
    const page = await example.open();
    await say(page, words);
    await reply(page).filter({ hasText: "w1" }).waitFor();
    await restWire(example.url).call("endSession", { sessionId: sessionOf(page), reason: "closing time" });
    await page.getByRole("status").filter({ hasText: "closing time" }).waitFor();
    expect(await page.getByRole("button", { name: "Send" }).isDisabled()).toBe(true);
    expect(await page.getByRole("alert").count()).toBe(0);
    await page.close();
  });
});
