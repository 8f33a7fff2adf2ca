import { describe, expect, it } from "vitest";
import { interceptCalls, receivesSession, settled } from "../setup/browser";
import { hasBrowser } from "../setup/chromium";
import { typewriterId } from "../setup/session-calls";
import { useDashboard } from "../setup/use-dashboard";

/** At a second a word it takes longer than any test may. */
const longSpeech = Array.from({ length: 115 }, (_, index) => `word${index}`).join(" ");

describe.skipIf(!hasBrowser())("ending a session in the dashboard", { timeout: 90_000 }, () => {
  const dashboard = useDashboard();

  const rowOf = (page: Awaited<ReturnType<typeof dashboard.newPage>>["page"], sessionId: string) =>
    page.getByRole("row").filter({ hasText: sessionId.slice(0, 8) });

  it("drops the listener, takes the row away without a reload and says so", async () => {
    const { sessionId } = await dashboard.calls.create(typewriterId);
    const listener = await dashboard.calls.listen(sessionId);
    await dashboard.calls.send(sessionId, longSpeech, 1_000);
    const { page, problems } = await dashboard.newPage();
    await page.goto("/sessions");
    await page.evaluate(() => Object.assign(window, { isStillThisPage: true }));
    await rowOf(page, sessionId).getByRole("button", { name: "End session", exact: true }).click();

    const dialog = page.getByRole("alertdialog");
    await dialog.getByText(sessionId, { exact: true }).waitFor();
    await dialog.getByText("1 listener will be dropped").waitFor();
    await dialog.getByText("1 pending operation will be cancelled").waitFor();
    await dialog.getByLabel("Reason", { exact: true }).fill("Enough said");
    await dialog.getByRole("button", { name: "End session", exact: true }).click();

    await page.getByRole("status").filter({ hasText: "Session ended" }).waitFor();
    await rowOf(page, sessionId).waitFor({ state: "detached" });
    expect(await listener.closed).toBe(4410);
    expect(listener.events.at(-1)).toMatchObject({ type: "session.ended", reason: "Enough said" });
    expect(await page.evaluate(() => "isStillThisPage" in window)).toBe(true);
    expect(problems).toEqual([]);

    await page.goto(`/endings/${sessionId}`);
    await page.getByText("“Enough said”").waitFor();
  });

  it("moves no button of its dialog while the conversation goes on", async () => {
    const { sessionId } = await dashboard.calls.create(typewriterId);
    const { page } = await dashboard.newPage();
    await page.goto("/sessions");
    await rowOf(page, sessionId).getByRole("button", { name: "End session", exact: true }).click();
    const dialog = page.getByRole("alertdialog");
    await dialog.getByText("Nothing has been said yet.").waitFor();
    await dialog.getByText("No listeners to drop").waitFor();
    await settled(page);
    const button = dialog.getByRole("button", { name: "End session", exact: true });
    const before = await button.boundingBox();
    await dashboard.calls.listen(sessionId);
    await dashboard.calls.send(sessionId, "Good morning to you. ".repeat(9));
    await dialog.getByText("Agent: Good morning").waitFor();
    await dashboard.calls.send(sessionId, longSpeech, 1_000);
    await dialog.getByText("User: word0").waitFor();
    await dialog.getByText("1 listener will be dropped").waitFor();
    await dialog.getByText("1 pending operation will be cancelled").waitFor();
    expect(await button.boundingBox()).toEqual(before);
  });

  it("has the buttons of its dialog in view on a page of 400 pixels", async () => {
    const { sessionId } = await dashboard.calls.create();
    const { page } = await dashboard.newPage({ viewport: { width: 640, height: 400 } });
    await page.goto(`/sessions/${sessionId}`);
    await page.getByRole("button", { name: "End session", exact: true }).click();
    const dialog = page.getByRole("alertdialog");
    await dialog.getByText("Nothing has been said yet.").waitFor();
    await settled(page);
    for (const name of ["Cancel", "End session"]) {
      const isInView = await dialog.getByRole("button", { name }).evaluate((button) => {
        const { left, top } = button.getBoundingClientRect();
        return button.contains(document.elementFromPoint(left + 8, top + 8));
      });
      expect(isInView, name).toBe(true);
    }
  });

  it("leaves all as it was on Escape and Cancel, and gives the focus back", async () => {
    const { sessionId } = await dashboard.calls.create();
    const { page } = await dashboard.newPage();
    await page.goto("/sessions");
    const button = rowOf(page, sessionId).getByRole("button", { name: "End session" });
    for (const leave of [
      () => page.keyboard.press("Escape"),
      () => page.getByRole("button", { name: "Cancel" }).click(),
    ]) {
      await button.click();
      await page.getByRole("alertdialog").waitFor();
      await leave();
      await page.getByRole("alertdialog").waitFor({ state: "detached" });
      // The dialog is gone a moment before the focus is back.
      await button.and(page.locator(":focus")).waitFor();
    }
    expect(await dashboard.calls.end(sessionId)).toBe(200);
  });

  it("can be done by keyboard alone", async () => {
    const { sessionId } = await dashboard.calls.create();
    const { page } = await dashboard.newPage();
    await page.goto(`/sessions?search=${sessionId}`);
    await rowOf(page, sessionId).waitFor();
    const focused = () =>
      page.evaluate(() => document.activeElement?.closest("tr") && document.activeElement.textContent);
    for (let presses = 0; (await focused()) !== "End session" && presses < 40; presses += 1)
      await page.keyboard.press("Tab");
    await page.keyboard.press("Enter");
    await page.getByRole("button", { name: "Cancel" }).and(page.locator(":focus")).waitFor();
    await page.keyboard.press("Shift+Tab");
    // From Cancel back to the field: the dialog keeps the focus within itself.
    await page.keyboard.type("By keyboard");
    await page.keyboard.press("Tab");
    await page.keyboard.press("Tab");
    await page.keyboard.press("Enter");
    await page.getByRole("status").filter({ hasText: "Session ended" }).waitFor();
    expect(await dashboard.calls.end(sessionId)).toBe(404);
    await page.locator("#content:focus").waitFor();
  });

  it("says so where someone else was faster, and the row goes too", async () => {
    const { sessionId } = await dashboard.calls.create();
    const { page } = await dashboard.newPage();
    await page.goto("/sessions");
    await rowOf(page, sessionId).getByRole("button", { name: "End session" }).click();
    expect(await dashboard.calls.end(sessionId, "Elsewhere")).toBe(200);
    await page.getByRole("alertdialog").getByText("ended in the meantime").waitFor();
    await page.getByRole("alertdialog").getByRole("button", { name: "Close" }).click();
    await page.getByRole("status").filter({ hasText: "Already ended" }).waitFor();
    await rowOf(page, sessionId).waitFor({ state: "detached" });
  });

  it("says so even where no event arrived", async () => {
    const { sessionId } = await dashboard.calls.create();
    const { page } = await dashboard.newPage();
    // No live connection at all, and a list that was read before the end.
    await page.routeWebSocket(/./, (socket) => socket.close());
    const lists = await interceptCalls(page, /listSessions/);
    await page.goto("/sessions");
    await rowOf(page, sessionId).waitFor();
    await lists.stop();
    expect(await dashboard.calls.end(sessionId, "Elsewhere")).toBe(200);
    await rowOf(page, sessionId).getByRole("button", { name: "End session" }).click();
    await page.getByRole("alertdialog").getByRole("button", { name: "End session" }).click();
    await page.getByRole("status").filter({ hasText: "Already ended" }).waitFor();
    await rowOf(page, sessionId).waitFor({ state: "detached" });
  });

  it("lets go of a call that hangs, and can be asked again without ending twice", async () => {
    const { sessionId } = await dashboard.calls.create();
    const { page } = await dashboard.newPage();
    await page.goto(`/sessions?search=${sessionId}`);
    await rowOf(page, sessionId).getByRole("button", { name: "End session" }).click();
    const dialog = page.getByRole("alertdialog");
    await dialog.getByText("No listeners to drop").waitFor();
    dashboard.servers.freezeApi();
    await dialog.getByRole("button", { name: "End session" }).click();
    const problem = dialog.getByRole("alert").filter({ hasText: "can't be reached" });
    await problem.waitFor();
    const place = await dialog.getByRole("button", { name: "End session" }).boundingBox();
    dashboard.servers.thawApi();
    await problem.waitFor({ state: "hidden" });
    expect(await dialog.getByRole("button", { name: "End session" }).boundingBox()).toEqual(place);
    await dialog.getByRole("button", { name: "End session" }).click();
    await page.getByRole("status").filter({ hasText: "Session ended" }).waitFor();
    expect(await dashboard.calls.end(sessionId)).toBe(404);
  });

  it("ends all that are selected", async () => {
    const userId = crypto.randomUUID();
    const created = await Promise.all([1, 2, 3].map(() => dashboard.calls.create(undefined, userId)));
    const { page } = await dashboard.newPage();
    await page.goto(`/sessions?userId=${userId}`);
    for (const { sessionId } of created.slice(0, 2))
      await rowOf(page, sessionId).getByRole("checkbox").check();
    await page.getByLabel("Selection").getByRole("button", { name: "End 2 sessions", exact: true }).click();
    const dialog = page.getByRole("alertdialog", { name: "End 2 sessions?" });
    for (const { sessionId } of created.slice(0, 2)) await dialog.getByText(sessionId.slice(0, 8)).waitFor();
    await dialog.getByRole("button", { name: "End 2 sessions" }).click();
    // Both are shown together, for some seconds.
    await Promise.all([
      page.getByRole("status").filter({ hasText: "Session ended" }).waitFor(),
      page.getByText("2 sessions ended").waitFor(),
    ]);
    await page.getByText("1 matching").waitFor();
    expect(await Promise.all(created.map(({ sessionId }) => dashboard.calls.end(sessionId)))).toEqual([
      404, 404, 200,
    ]);
  });

  it("says on the open session's page that it was ended elsewhere, by whom and why, and keeps the transcript", async () => {
    const { sessionId } = await dashboard.calls.create(typewriterId);
    const { page } = await dashboard.newPage();
    const receives = receivesSession(page);
    await page.goto(`/sessions/${sessionId}`);
    await receives;
    await page.getByText("Active", { exact: true }).waitFor();
    await dashboard.calls.send(sessionId, longSpeech, 1_000);
    await page.getByText("writing…").waitFor();
    await page.getByText("word0 word1").nth(1).waitFor();
    expect(await dashboard.calls.end(sessionId, "Shift is over")).toBe(200);
    const notice = page.getByRole("alert").filter({ hasText: "This session ended" });
    await notice.getByText("by an anonymous caller").waitFor();
    await notice.getByText("“Shift is over”").waitFor();
    await page.getByText("Ended", { exact: true }).waitFor();
    expect(await page.getByText("Active", { exact: true }).count()).toBe(0);
    expect(await page.getByRole("button", { name: "End session" }).count()).toBe(0);
    await page.getByText(longSpeech).waitFor();
    await page.getByText("cut off by the end, not kept").waitFor();
    await page.reload();
    await notice.getByText("“Shift is over”").waitFor();
    await page.getByText(longSpeech).waitFor();
    expect(await page.getByText("word0 word1").count()).toBe(1);
  });
});
