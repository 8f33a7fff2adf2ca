import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { hasBrowser } from "../setup/chromium.js";
import { createSession, restWire } from "../setup/wires.js";
import { type ChatExample, reply, say, sessionOf, startChatExample, words } from "./chat-page.js";

describe.runIf(hasBrowser())("the chat page with useSession", () => {
  let example: ChatExample;
  beforeAll(async () => {
    example = await startChatExample("react-chat");
  });
  afterAll(() => example?.[Symbol.asyncDispose]());

  it("shows a reply as it is written, goes on with it after a reload, and stops it", async () => {
    const page = await example.open();
    await say(page, words);
    await reply(page).filter({ hasText: "w1" }).waitFor();
    await page.reload();
    await reply(page).filter({ hasText: "w3" }).waitFor();
    await page.getByRole("button", { name: "Stop", disabled: false }).click();
    await reply(page).filter({ hasNotText: "…" }).waitFor();
    const { body } = await restWire(example.url).call("getSessionMessages", { sessionId: sessionOf(page) });
    expect((body.messages as { content: string }[])[0]?.content).toBe(await reply(page).textContent());
    await page.close();
  });

  it("says so when somebody ends the session in mid-reply, and takes no more input", async () => {
    const page = await example.open();
    await say(page, words);
    await reply(page).filter({ hasText: "w1" }).waitFor();
    await restWire(example.url).call("endSession", { sessionId: sessionOf(page), reason: "closing time" });
    await page.getByRole("status").filter({ hasText: "closing time" }).waitFor();
    expect(await page.getByRole("button", { name: "Send" }).isDisabled()).toBe(true);
    await page.close();
  });

  it("ends the session", async () => {
    const page = await example.open();
    await page.getByRole("button", { name: "End", exact: true, disabled: false }).click();
    await page.getByRole("status").filter({ hasText: "requested" }).waitFor();
    const { code } = await restWire(example.url).call("getSession", { sessionId: sessionOf(page) });
    expect(code).toBe("SESSION_NOT_FOUND");
    await page.close();
  });

  it("loads earlier messages", async () => {
    const wire = restWire(example.url);
    const { sessionId } = await createSession(wire);
    for (let count = 0; count < 55; count += 1)
      await wire.call("sendSessionMessage", { sessionId, content: `m${count}`, transport: "http" });
    const page = await example.open(sessionId);
    await page.getByRole("button", { name: "Earlier messages" }).click();
    await page.locator(".user").getByText("m0", { exact: true }).waitFor();
    expect(await page.getByRole("log").locator("p").count()).toBe(110);
    expect(await page.getByRole("button", { name: "Earlier messages" }).count()).toBe(0);
    await page.close();
  });
});
