import type { Locator, Page } from "playwright-core";
import { describe, expect, it } from "vitest";
import { receivesSession, seriousBarriers, settled } from "../setup/browser";
import { hasBrowser } from "../setup/chromium";
import { typewriterId } from "../setup/session-calls";
import { useDashboard } from "../setup/use-dashboard";

const longSpeech = Array.from({ length: 115 }, (_, index) => `word${index}`).join(" ");

/** Whether the middle of it is in the window, with nothing in front of it. */
const isUncovered = (locator: Locator): Promise<boolean> =>
  locator.evaluate((element) => {
    const { left, right, top, bottom } = element.getBoundingClientRect();
    const inFront = document.elementFromPoint((left + right) / 2, (top + bottom) / 2);
    return inFront !== null && element.contains(inFront);
  });

describe.skipIf(!hasBrowser())("the page of a session", { timeout: 90_000 }, () => {
  const dashboard = useDashboard();

  const lines = (page: Page) => page.getByRole("region", { name: "Messages" }).getByRole("listitem");

  it("becomes its ending in place while it is watched, with transcript, title and address", async () => {
    const { sessionId } = await dashboard.calls.create(typewriterId);
    const { page, problems } = await dashboard.newPage();
    const receives = receivesSession(page);
    await page.goto(`/sessions/${sessionId}`);
    await receives;
    await page.getByText("Active", { exact: true }).waitFor();
    // The page itself is none.
    await page.locator('dt:has-text("Listeners") + dd:has-text("0")').waitFor();
    await page.evaluate(() => Object.assign(window, { isStillThisPage: true }));
    await dashboard.calls.send(sessionId, longSpeech, 1_000);
    await lines(page).filter({ hasText: "writing…" }).waitFor();
    expect(await page.title()).toBe(`Session ${sessionId.slice(0, 8)} · Adjourn`);
    await page.getByRole("button", { name: "Renew" }).focus();

    expect(await dashboard.calls.end(sessionId, "Over and done")).toBe(200);
    await page.getByText("This session ended at").waitFor();
    await page.getByText("Ended by an anonymous caller").waitFor();
    await page.getByText("“Over and done”").waitFor();
    await page.locator('dt:has-text("Listeners dropped") + dd:has-text("0")').waitFor();
    await page.locator('dt:has-text("Operations cancelled") + dd:has-text("1")').waitFor();
    await lines(page).filter({ hasText: "cut off by the end" }).waitFor();
    await page.locator("#content:focus").waitFor();
    expect(await page.title()).toBe(`Session ${sessionId.slice(0, 8)} ended · Adjourn`);
    for (const name of ["Renew", "End session", "Stop"])
      expect(await page.getByRole("button", { name, exact: true }).count(), name).toBe(0);
    expect(await page.getByText("Active", { exact: true }).count()).toBe(0);
    expect(await page.evaluate(() => "isStillThisPage" in window)).toBe(true);
    expect(problems).toEqual([]);

    await page.goto(`/endings/${sessionId}`);
    await page.waitForURL(`**/sessions/${sessionId}`);
    await page.getByText("“Over and done”").waitFor();
    await lines(page).filter({ hasText: longSpeech }).waitFor();
    await page.getByRole("link", { name: "Endings" }).click();
    await page.waitForFunction(() => document.title === "Endings · Adjourn");
  });

  it("offers its end for the key e, as long as it is live", async () => {
    const { sessionId } = await dashboard.calls.create();
    const { page } = await dashboard.newPage();
    await page.goto(`/sessions/${sessionId}`);
    await page.getByText("Active", { exact: true }).waitFor();
    await page.keyboard.press("e");
    const dialog = page.getByRole("alertdialog");
    await dialog.getByRole("button", { name: "End session", exact: true }).click();
    await page.getByText("This session ended at").waitFor();
    await dialog.waitFor({ state: "detached" });
    await page.keyboard.press("e");
    await page.keyboard.press("?");
    await page.getByRole("dialog", { name: "Keyboard shortcuts" }).waitFor();
    expect(await dialog.count()).toBe(0);
  });

  it("copies whole ids", async () => {
    const { sessionId, userId, channelId } = await dashboard.calls.create();
    const { page } = await dashboard.newPage({ permissions: ["clipboard-read", "clipboard-write"] });
    await page.goto(`/sessions/${sessionId}`);
    for (const [name, id] of [
      ["session id", sessionId],
      ["user id", userId],
      ["channel id", channelId],
    ] as const) {
      await page.getByRole("button", { name: `Copy ${name}`, exact: true }).click();
      await page
        .getByRole("status")
        .filter({ hasText: `Copied the ${name}` })
        .waitFor();
      expect(await page.evaluate(() => navigator.clipboard.readText())).toBe(id);
    }
  });

  it("copies them where the browser gives no clipboard", async () => {
    const { sessionId } = await dashboard.calls.create();
    const { page } = await dashboard.newPage();
    await page.addInitScript(() => {
      Object.defineProperty(navigator, "clipboard", { value: undefined });
      document.addEventListener("copy", () =>
        Object.assign(window, { copied: (document.activeElement as HTMLTextAreaElement).value }),
      );
    });
    await page.goto(`/sessions/${sessionId}`);
    await page.getByRole("button", { name: "Copy session id" }).click();
    await page.getByRole("status").filter({ hasText: "Copied the session id" }).waitFor();
    expect(await page.evaluate(() => (window as Window & { copied?: string }).copied)).toBe(sessionId);
  });

  const withManyMessages = async (count: number) => {
    const { sessionId } = await dashboard.calls.create();
    for (let index = 0; index < count; index += 1)
      await dashboard.calls.send(sessionId, `Message number ${index} of many`);
    return sessionId;
  };

  it("prints every message of an ended session, light, without what surrounds it", async () => {
    const sessionId = await withManyMessages(130);
    expect(await dashboard.calls.end(sessionId, "For the record")).toBe(200);
    const { page } = await dashboard.newPage({ colorScheme: "dark" });
    await page.goto(`/sessions/${sessionId}`);
    await lines(page).nth(259).waitFor({ state: "attached" });
    await page.emulateMedia({ media: "print", colorScheme: "dark" });
    await settled(page);

    const cut = await page.evaluate(() =>
      [...document.querySelectorAll("li, dd")].flatMap((item) => {
        for (let box = item.parentElement; box; box = box.parentElement)
          if (box.clientHeight < box.scrollHeight - 1 && getComputedStyle(box).overflowY !== "visible")
            if (box !== document.documentElement) return [box.className];
        return [];
      }),
    );
    expect(cut).toEqual([]);
    expect(await lines(page).filter({ visible: true }).count()).toBe(260);
    const { scrollHeight, ink, paper } = await page.evaluate(() => ({
      scrollHeight: document.documentElement.scrollHeight,
      ink: getComputedStyle(document.body).color,
      paper: getComputedStyle(document.body).backgroundColor,
    }));
    expect(scrollHeight).toBeGreaterThan(260 * 40);
    expect(paper).toBe("rgb(255, 255, 255)");
    // Of black, 0, to white, 100.
    expect(Number(/^lab\(([\d.]+)/.exec(ink)?.[1])).toBeLessThan(30);
    await page.getByText("“For the record”").waitFor();
    for (const name of ["Print", "Copy session id", "Sign out"])
      expect(await page.getByRole("button", { name }).filter({ visible: true }).count(), name).toBe(0);
    expect(await page.getByRole("navigation").count()).toBe(0);
    expect((await page.pdf()).length).toBeGreaterThan(10_000);
  });

  it("loads all messages of a live session before it prints", async () => {
    const sessionId = await withManyMessages(60);
    const { page } = await dashboard.newPage();
    await page.addInitScript(() => {
      window.print = () =>
        Object.assign(window, {
          printed: document.querySelectorAll("section[aria-label=Messages] li").length,
        });
    });
    await page.goto(`/sessions/${sessionId}`);
    await page.getByRole("button", { name: "Earlier messages" }).waitFor();
    const printed = () => page.evaluate(() => (window as Window & { printed?: number }).printed);
    await page.getByRole("button", { name: "Print" }).click();
    await expect.poll(printed).toBe(120);

    await page.reload();
    await page.getByRole("button", { name: "Earlier messages" }).waitFor();
    await page.keyboard.press("Control+p");
    await expect.poll(printed).toBe(120);
  });

  it("leaves what is being read in its place when earlier messages come in above it", async () => {
    const sessionId = await withManyMessages(60);
    const { page } = await dashboard.newPage();
    await page.goto(`/sessions/${sessionId}`);
    const earlier = page.getByRole("button", { name: "Earlier messages" });
    await earlier.scrollIntoViewIfNeeded();
    const read = lines(page).filter({ hasText: "Message number 12 of many" }).first();
    const before = await read.boundingBox();
    await earlier.click();
    await lines(page).nth(119).waitFor({ state: "attached" });
    await settled(page);
    // The button above it goes with the last page.
    expect(Math.abs(((await read.boundingBox())?.y ?? 0) - (before?.y ?? 0))).toBeLessThan(2);
  });

  it.each([360, 1280])(
    "leaves what is being read in its place when others end the session, %i px wide",
    async (width) => {
      const sessionId = await withManyMessages(30);
      const { page } = await dashboard.newPage({ viewport: { width, height: 800 } });
      const receives = receivesSession(page);
      await page.goto(`/sessions/${sessionId}`);
      await receives;
      const box = page.getByRole("region", { name: "Messages" });
      const last = lines(page).last();
      await last.waitFor();
      await box.hover();
      await page.mouse.wheel(0, -300);
      const read = lines(page).filter({ hasText: "Message number 27 of many" }).first();
      await settled(page);
      const before = await read.boundingBox();
      expect(await dashboard.calls.end(sessionId, "A reason ".repeat(12))).toBe(200);
      await page.getByText("Ended by an anonymous caller").waitFor({ state: "attached" });
      await settled(page);
      expect(Math.abs(((await read.boundingBox())?.y ?? 0) - (before?.y ?? 0))).toBeLessThan(2);
      // Where the ending is out of view, a note tells of it.
      const notes = page.getByRole("status").filter({ hasText: "This session has ended" });
      expect(await notes.count()).toBe((await isUncovered(page.getByText("This session ended at"))) ? 0 : 1);
    },
  );

  it("brings the ending into view for the person who ends it on a narrow page", async () => {
    const sessionId = await withManyMessages(30);
    const { page } = await dashboard.newPage({ viewport: { width: 360, height: 800 } });
    await page.goto(`/sessions/${sessionId}`);
    await lines(page).last().waitFor();
    await page.getByRole("button", { name: "End session" }).click();
    await page.getByRole("alertdialog").getByRole("button", { name: "End session", exact: true }).click();
    await page.getByText("Ended by an anonymous caller").waitFor();
    await page.getByRole("alertdialog").waitFor({ state: "detached" });
    await settled(page);
    expect(await isUncovered(page.getByText("This session ended at"))).toBe(true);
  });

  it.each(
    (["light", "dark"] as const).flatMap((colorScheme) =>
      [360, 1280, 1920].map((width) => ({ colorScheme, width })),
    ),
  )(
    "has its transcript fill the window, and no barrier, $width px wide, $colorScheme",
    async ({ colorScheme, width }) => {
      const live = await withManyMessages(30);
      const ended = await dashboard.calls.create(typewriterId);
      await dashboard.calls.send(ended.sessionId, "Just a word");
      expect(await dashboard.calls.end(ended.sessionId, "A reason ".repeat(22))).toBe(200);
      const { page } = await dashboard.newPage({ viewport: { width, height: 900 }, colorScheme });
      for (const sessionId of [live, ended.sessionId]) {
        await page.goto(`/sessions/${sessionId}`);
        await lines(page).first().waitFor();
        const where = sessionId === live ? "live" : "ended";
        expect(await seriousBarriers(page), where).toEqual([]);
        const scrolls = await page.evaluate(() => ({
          sideways: document.documentElement.scrollWidth > window.innerWidth,
          down: document.documentElement.scrollHeight > window.innerHeight,
        }));
        expect(scrolls.sideways, where).toBe(false);
        if (width < 1_024) continue;
        expect(scrolls.down, where).toBe(false);
        const box = await page.getByRole("region", { name: "Messages" }).boundingBox();
        expect((box?.y ?? 0) + (box?.height ?? 0), where).toBeGreaterThan(900 - 64);
      }
    },
    60_000,
  );
});
