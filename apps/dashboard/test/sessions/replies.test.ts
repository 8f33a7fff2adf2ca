import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Page } from "playwright-core";
import { afterAll, describe, expect, it } from "vitest";
import { receivesSession, scrollsSideways, seriousBarriers } from "../setup/browser";
import { hasBrowser } from "../setup/chromium";
import { startModelServer } from "../setup/model-server";
import { typewriterId } from "../setup/session-calls";
import { useDashboard } from "../setup/use-dashboard";

const modelId = "00000000-0000-4000-8000-00000000000b";
/** At a quarter of a second a word it takes longer than any test needs. */
const speech = Array.from({ length: 300 }, (_, index) => `word${index}`).join(" ");
const wordMs = 250;
/** Longer than any test. */
const foreverMs = 600_000;

describe.skipIf(!hasBrowser())("replies in the dashboard", { timeout: 90_000 }, () => {
  let model: Awaited<ReturnType<typeof startModelServer>> | undefined;
  let folder: string | undefined;
  const dashboard = useDashboard(async () => {
    model = await startModelServer();
    folder = await mkdtemp(join(tmpdir(), "adjourn-agents-"));
    const agentsFile = join(folder, "agents.json");
    const agent = { id: modelId, name: "Model", kind: "openai", baseUrl: model.url, model: "test" };
    await writeFile(agentsFile, JSON.stringify([agent]));
    return { AGENTS_FILE: agentsFile };
  });
  afterAll(async () => {
    await model?.[Symbol.asyncDispose]();
    if (folder) await rm(folder, { recursive: true, force: true });
  });

  const linesOf = (page: Page) => page.getByRole("region", { name: "Messages" }).getByRole("listitem");
  const writingOn = (page: Page) => linesOf(page).filter({ hasText: "writing…" });
  const waitingOn = (page: Page) => linesOf(page).filter({ hasText: "waiting…" });
  /** Next's own announcer, which is outside the content, has that role too. */
  const alertsOn = (page: Page) => page.getByRole("main").getByRole("alert");
  const stopButtons = (page: Page) => page.getByRole("button", { name: "Stop", exact: true });
  const status = (page: Page, text: string) => page.getByRole("status").filter({ hasText: text });

  const openSession = async (path: string, options?: Parameters<typeof dashboard.newPage>[0]) => {
    const opened = await dashboard.newPage(options);
    const receives = receivesSession(opened.page);
    await opened.page.goto(path);
    return { ...opened, receives };
  };

  it("are stopped by keyboard alone: the text so far stays, marked, and the session is still active", async () => {
    const { sessionId } = await dashboard.calls.create(typewriterId);
    await dashboard.calls.send(sessionId, speech, wordMs);
    const { page, problems } = await openSession(`/sessions/${sessionId}`);
    await writingOn(page).filter({ hasText: "word0 word1 word2" }).waitFor();
    const stop = stopButtons(page);
    await stop.waitFor();
    for (let presses = 0; presses < 40; presses += 1) {
      if (await stop.evaluate((button) => button === document.activeElement)) break;
      await page.keyboard.press("Tab");
    }
    await page.keyboard.press("Enter");
    await status(page, "Reply stopped").waitFor();
    await linesOf(page).filter({ hasText: "word0 word1 word2" }).getByText("Stopped").waitFor();
    await stop.waitFor({ state: "detached" });
    await page.locator('[aria-label="Messages"]:focus').waitFor();
    await page.getByText("Active", { exact: true }).waitFor();
    expect(await dashboard.calls.state(sessionId)).toBe(200);
    const [reply] = await dashboard.calls.messages(sessionId);
    expect(reply).toMatchObject({ isAgent: true, finishReason: "cancelled" });
    expect(await linesOf(page).last().innerText()).toContain(reply?.content);
    expect(problems).toEqual([]);
  });

  it("keep their beginning over a reload in mid-reply, nothing missing and nothing twice", async () => {
    const { sessionId } = await dashboard.calls.create(typewriterId);
    await dashboard.calls.send(sessionId, speech, wordMs);
    const { page } = await openSession(`/sessions/${sessionId}`);
    await writingOn(page).filter({ hasText: "word0 word1 word2" }).waitFor();
    await page.reload();
    await writingOn(page).filter({ hasText: "word0 word1 word2 word3 word4 word5 word6 word7" }).waitFor();
    const written = await writingOn(page).locator("p").last().innerText();
    expect(written).toBe(speech.slice(0, written.length));
  });

  it("that wait for their text are shown as waiting, on an open page and a new one, and can be stopped", async () => {
    const { sessionId } = await dashboard.calls.create(typewriterId);
    const open = await openSession(`/sessions/${sessionId}`);
    await open.receives;
    await dashboard.calls.send(sessionId, "Wait for it", foreverMs);
    await dashboard.calls.send(sessionId, "And for this", foreverMs);
    const late = await openSession(`/sessions/${sessionId}`);
    for (const { page } of [open, late]) await waitingOn(page).nth(1).waitFor();
    for (const { page } of [open, late]) {
      await stopButtons(page).first().click();
      await status(page, "Reply stopped").waitFor();
      await page.getByText("It had no text yet.").waitFor();
      await page.getByText("A reply was stopped").first().waitFor();
      expect(await alertsOn(page).count()).toBe(0);
    }
    for (const { page } of [open, late]) await waitingOn(page).first().waitFor({ state: "detached" });
    expect(await dashboard.calls.state(sessionId)).toBe(200);
  });

  it("that were over before they could be stopped are no error", async () => {
    const { sessionId } = await dashboard.calls.create(typewriterId);
    await dashboard.calls.send(sessionId, speech, wordMs);
    const { page } = await openSession(`/sessions/${sessionId}`);
    await writingOn(page).filter({ hasText: "word1" }).waitFor();
    const [question] = await dashboard.calls.messages(sessionId);
    // Someone else is faster: their call is answered before this page's is sent.
    await page.route(/cancelReply/, async (route) => {
      expect(await dashboard.calls.cancel(sessionId, question?.id ?? "")).toBe(200);
      await route.continue();
    });
    await stopButtons(page).click();
    await status(page, "The reply had already finished").waitFor();
    await stopButtons(page).waitFor({ state: "detached" });
    await linesOf(page).getByText("Stopped").waitFor();
    expect(await alertsOn(page).count()).toBe(0);
  });

  it("leave their Stop button in its place while it is aimed at", async () => {
    const { sessionId } = await dashboard.calls.create(typewriterId);
    await dashboard.calls.send(sessionId, "Line after line\n".repeat(40).trim());
    await dashboard.calls.send(sessionId, "Line\n".repeat(400), 50);
    const { page } = await openSession(`/sessions/${sessionId}`);
    await writingOn(page).filter({ hasText: "Line" }).waitFor();
    const stop = stopButtons(page);
    await stop.hover();
    const before = await stop.boundingBox();
    const height = () => writingOn(page).evaluate(({ scrollHeight }) => scrollHeight);
    const heightBefore = await height();
    await expect.poll(height).toBeGreaterThan(heightBefore + 200);
    expect((await stop.boundingBox())?.y).toBe(before?.y);
  });

  it("say why they were cut and what they cost, and their session's ending what all cost together", async () => {
    const { sessionId } = await dashboard.calls.create(modelId);
    const { page, receives } = await openSession(`/sessions/${sessionId}`);
    await receives;
    for (const [reason, mark] of [
      ["stop", ""],
      ["length", "Cut at the model's token limit"],
      ["content_filter", "Cut by the content filter"],
    ] as const) {
      const replies = linesOf(page).filter({ hasText: "As far as I came" });
      const count = await replies.count();
      await dashboard.calls.send(sessionId, reason);
      const reply = replies.nth(count);
      await reply.getByRole("button", { name: "12 tokens in, 4 out" }).waitFor();
      expect((await reply.innerText()).split("As far as I came")[1]?.trim()).toBe(mark);
    }
    const tokens = page.getByRole("button", { name: "12 tokens in, 4 out" }).first();
    const opacity = () => tokens.locator("span").evaluate((text) => getComputedStyle(text).opacity);
    expect(await opacity()).toBe("0");
    await tokens.focus();
    expect(await opacity()).toBe("1");
    expect(await dashboard.calls.end(sessionId)).toBe(200);
    await page.locator('dt:has-text("Tokens") + dd:has-text("36 in, 12 out")').waitFor();
  });

  it("put up no barrier and no sideways scroll, wide and narrow, light and dark", async () => {
    const { sessionId } = await dashboard.calls.create(modelId);
    for (const reason of ["length", "content_filter"]) await dashboard.calls.send(sessionId, reason);
    const typing = await dashboard.calls.create(typewriterId);
    await dashboard.calls.send(typing.sessionId, speech, 1_000);
    await dashboard.calls.send(typing.sessionId, "Wait for it", foreverMs);
    for (const [width, colorScheme] of [
      [1280, "light"],
      [360, "dark"],
    ] as const) {
      const { page } = await dashboard.newPage({ viewport: { width, height: 740 }, colorScheme });
      const where = `at ${width}, ${colorScheme}`;
      await page.goto(`/sessions/${typing.sessionId}`);
      await stopButtons(page).nth(1).waitFor();
      expect(await seriousBarriers(page), where).toEqual([]);
      expect(await scrollsSideways(page), where).toBe(false);
      await page.goto(`/sessions/${sessionId}`);
      await page.getByText("Cut by the content filter").waitFor();
      await page.getByRole("button", { name: "12 tokens in" }).first().focus();
      expect(await seriousBarriers(page), where).toEqual([]);
      expect(await scrollsSideways(page), where).toBe(false);
    }
  });
});
