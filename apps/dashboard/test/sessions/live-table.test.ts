import type { Page } from "playwright-core";
import { afterEach, describe, expect, it, onTestFinished } from "vitest";
import { seriousBarriers, settled } from "../setup/browser";
import { hasBrowser } from "../setup/chromium";
import { shifted, watchShifts } from "../setup/layout-shifts";
import { useDashboard } from "../setup/use-dashboard";

describe.skipIf(!hasBrowser())("the live table", { timeout: 180_000 }, () => {
  const dashboard = useDashboard();
  const rowOf = (page: Page, sessionId: string) => page.locator(`tr[data-session="${sessionId}"]`);
  const createMany = (count: number, userId: string) =>
    Promise.all(Array.from({ length: count }, () => dashboard.calls.create(undefined, userId)));

  afterEach(() => dashboard.calls.endEverything());

  /** Creates sessions at this rate until stopped, at the latest at the end of the test. */
  const keepCreating = (perSecond: number) => {
    const underWay = new Set<Promise<unknown>>();
    let created = 0;
    const timer = setInterval(() => {
      const call = dashboard.calls.create().then(() => {
        created += 1;
      });
      underWay.add(call);
      call.finally(() => underWay.delete(call)).catch(() => {});
    }, 1_000 / perSecond);
    const stop = async () => {
      clearInterval(timer);
      await Promise.all(underWay);
      return created;
    };
    onTestFinished(async () => void (await stop()));
    return { stop };
  };

  it("ends ten sessions that are aimed at, each the right one, while fifty a second begin", async () => {
    // Some rows stay: a table of which nothing is left shows what waited.
    await createMany(3, crypto.randomUUID());
    const targets = await createMany(10, crypto.randomUUID());
    const { page, problems } = await dashboard.newPage();
    await page.goto("/sessions");
    const buttonOf = (sessionId: string) =>
      rowOf(page, sessionId).getByRole("button", { name: "End session" });
    // Until the pointer is there, nobody aims, and the rows that are not in view leave the page.
    await buttonOf(targets[0]?.sessionId ?? "").hover();
    await watchShifts(page);
    const others = keepCreating(50);
    for (const { sessionId } of targets) {
      const button = buttonOf(sessionId);
      // By the pointer alone: where the button was seen is where it is when it is pressed.
      await button.hover();
      const box = await button.boundingBox();
      await page.mouse.move((box?.x ?? 0) + 8, (box?.y ?? 0) + 8);
      await page.mouse.down();
      await page.mouse.up();
      const dialog = page.getByRole("alertdialog");
      await dialog.getByText(sessionId, { exact: true }).waitFor();
      await dialog.getByRole("button", { name: "End session" }).click();
      await rowOf(page, sessionId).waitFor({ state: "detached" });
    }
    const created = await others.stop();
    expect(created).toBeGreaterThan(50);
    expect(await shifted(page)).toEqual([]);
    await page.getByRole("button", { name: /^[\d,]+ new$/ }).click();
    await page.mouse.move(2, 2);
    expect(await Promise.all(targets.map(({ sessionId }) => dashboard.calls.state(sessionId)))).toEqual(
      targets.map(() => 404),
    );
    expect(problems).toEqual([]);
  });

  it("makes no request for the rows that it shows, however many sessions begin", async () => {
    const { page } = await dashboard.newPage();
    await page.goto("/sessions");
    await page.getByText("No session is live").waitFor();
    await page.getByText("Live", { exact: true }).waitFor();
    const requested: string[] = [];
    page.on("request", (request) => requested.push(request.url()));
    const created = await Promise.all(Array.from({ length: 5 }, () => dashboard.calls.create()));
    for (const { sessionId } of created) await rowOf(page, sessionId).waitFor();
    await page.getByRole("link", { name: created[0]?.sessionId.slice(0, 8) ?? "" }).click();
    await page.getByRole("heading", { name: "Transcript" }).waitFor();
    const ids = created.slice(1).flatMap(({ sessionId, userId }) => [sessionId, userId]);
    expect(requested.filter((url) => ids.some((id) => url.includes(id)))).toEqual([]);
  });

  it("keeps the rows in place when the dialog is left by the keyboard", async () => {
    const userId = crypto.randomUUID();
    await createMany(3, userId);
    const { page } = await dashboard.newPage();
    await page.goto(`/sessions?userId=${userId}`);
    await page.locator("tr[data-session]").nth(2).waitFor();
    await page.keyboard.press("j");
    await page.keyboard.press("j");
    await page.locator('tr[aria-rowindex="3"]:focus').waitFor();
    await page.keyboard.press("e");
    await page.getByRole("alertdialog").waitFor();
    await createMany(1, userId);
    await page.getByText("1 new", { exact: true }).waitFor();
    await page.keyboard.press("Escape");
    await page.getByRole("alertdialog").waitFor({ state: "detached" });
    await page.locator('tr[aria-rowindex="3"]:focus').waitFor();
    expect(await page.locator("tr[data-session]").count()).toBe(3);
    await page.getByRole("button", { name: "1 new" }).waitFor();
  });

  it("keeps the place of a row that others end while the pointer is on the table", async () => {
    const userId = crypto.randomUUID();
    const created = await createMany(3, userId);
    const { page } = await dashboard.newPage();
    await page.goto(`/sessions?userId=${userId}`);
    const shown = page.locator("tr[data-session]");
    await shown.nth(2).waitFor();
    const ids = await shown.evaluateAll((rows) =>
      rows.map((row) => (row as HTMLElement).dataset.session ?? ""),
    );
    await shown.nth(2).hover();
    const before = await shown.nth(2).boundingBox();
    await watchShifts(page);
    expect(await dashboard.calls.end(ids[0] ?? "")).toBe(200);
    await rowOf(page, ids[0] ?? "")
      .getByText("Ended", { exact: true })
      .waitFor();
    expect(
      await rowOf(page, ids[0] ?? "")
        .getByRole("button")
        .count(),
    ).toBe(0);
    expect(await rowOf(page, ids[2] ?? "").boundingBox()).toEqual(before);
    await settled(page);
    expect(await shifted(page)).toEqual([]);
    await page.mouse.move(2, 2);
    await rowOf(page, ids[0] ?? "").waitFor({ state: "detached" });
    expect(created.length).toBe(3);
  });

  it("is worked by the keyboard: j, k, x, e, /, ? and the palette", async () => {
    const userId = crypto.randomUUID();
    const created = await createMany(3, userId);
    const { page, problems } = await dashboard.newPage();
    await page.goto(`/sessions?userId=${userId}`);
    const shown = page.locator("tr[data-session]");
    await shown.nth(2).waitFor();
    await page.keyboard.press("j");
    await page.keyboard.press("j");
    await page.keyboard.press("k");
    await page.keyboard.press("x");
    await page.keyboard.press("j");
    await page.keyboard.press("Shift+X");
    await page.getByText("2 of 3 selected").waitFor();
    await page.keyboard.press("e");
    await page.getByRole("alertdialog", { name: "End 2 sessions?" }).waitFor();
    await page.keyboard.press("Tab");
    await page.keyboard.press("Enter");
    await page.getByRole("status").filter({ hasText: "2 sessions ended" }).waitFor();
    const states = await Promise.all(created.map(({ sessionId }) => dashboard.calls.state(sessionId)));
    expect(states.toSorted()).toEqual([200, 404, 404]);
    // The row that took their place has the focus.
    await page.locator("tr[data-session]:focus").waitFor();
    await page.keyboard.press("?");
    await page.getByRole("dialog", { name: "Keyboard shortcuts" }).waitFor();
    expect(await seriousBarriers(page)).toEqual([]);
    await page.keyboard.press("Escape");
    await page.getByRole("dialog").waitFor({ state: "detached" });
    await page.locator("tr[data-session]:focus").waitFor();
    await page.keyboard.press("/");
    await page.getByRole("searchbox").and(page.locator(":focus")).waitFor();
    await page.keyboard.press("Control+k");
    // Before its code is there, the dialog is an input alone: axe would meet the palette while it fades in.
    await page.getByRole("dialog", { name: "Command palette" }).getByRole("option").first().waitFor();
    expect(await seriousBarriers(page)).toEqual([]);
    await page.keyboard.type("endings");
    await page.keyboard.press("Enter");
    await page.waitForURL(/\/endings/);
    expect(problems).toEqual([]);
  });

  it("keeps the focus on a row that is scrolled out of view", async () => {
    const userId = crypto.randomUUID();
    await createMany(120, userId);
    const { page } = await dashboard.newPage();
    await page.goto(`/sessions?userId=${userId}`);
    await page.getByText("120 matching").waitFor();
    await page.keyboard.press("j");
    const focused = page.locator("tr[data-session]:focus");
    const first = await focused.getAttribute("data-session");
    const last = page.locator('tr[aria-rowindex="121"]');
    while ((await last.count()) === 0) await page.mouse.wheel(0, 1_500);
    expect(await focused.getAttribute("data-session")).toBe(first);
    await page.keyboard.press("j");
    await page.locator('tr[aria-rowindex="3"]:focus').waitFor();
  });

  it("selects ranges and all that match, asks for their number, and forgets what a filter hides", async () => {
    const userId = crypto.randomUUID();
    await createMany(229, userId);
    await dashboard.calls.listen((await dashboard.calls.create(undefined, userId)).sessionId);
    const { page } = await dashboard.newPage();
    await page.goto(`/sessions?userId=${userId}`);
    await page.getByText("230 matching").waitFor();
    await page.locator('tr[aria-rowindex="2"]').getByRole("checkbox").check();
    await page
      .locator('tr[aria-rowindex="5"]')
      .getByRole("checkbox")
      .click({ modifiers: ["Shift"] });
    await page.getByText("4 of 230 selected").waitFor();
    await page.getByRole("button", { name: "Select all 230 matching" }).click();
    await page.getByText("230 of 230 selected").waitFor();
    await page.getByLabel("Selection").getByRole("button", { name: "End 230 sessions" }).click();
    const dialog = page.getByRole("alertdialog", { name: "End 230 sessions?" });
    await dialog.getByText("Ends 230 of 230 matching sessions.").waitFor();
    await dialog.getByText("1 listener will be dropped").waitFor();
    const confirm = dialog.getByRole("button", { name: "End 230 sessions" });
    expect(await confirm.getAttribute("aria-disabled")).toBe("true");
    await dialog.getByLabel("Type 230 to confirm").fill("230");
    expect(await confirm.getAttribute("aria-disabled")).toBe("false");
    await dialog.getByRole("button", { name: "Cancel" }).click();
    await page.getByRole("searchbox").fill("no such words anywhere");
    await page.getByText("No live session matches").waitFor();
    await page.getByRole("searchbox").fill("");
    await page.getByText("230 matching").waitFor();
    expect(await page.getByText(/of 230 selected/).count()).toBe(0);
    await page.getByRole("checkbox", { name: "Select all" }).check();
    await page.getByRole("button", { name: "Select all 230 matching" }).click();
    await page.getByLabel("Selection").getByRole("button", { name: "End 230 sessions" }).click();
    await dialog.getByLabel("Type 230 to confirm").fill("230");
    await dialog.getByRole("button", { name: "End 230 sessions" }).click();
    await page.getByRole("status").filter({ hasText: "230 sessions ended" }).waitFor();
  });

  it("finds sessions by what was said and by the start of a user's id, and goes back through the filters", async () => {
    const said = await dashboard.calls.create();
    await dashboard.calls.send(said.sessionId, "The marmalade order is late");
    const other = await dashboard.calls.create();
    const { page } = await dashboard.newPage();
    await page.goto("/sessions");
    await rowOf(page, other.sessionId).waitFor();
    await rowOf(page, said.sessionId).getByText("The marmalade order is late").waitFor();
    await page.getByRole("searchbox").fill("marmal");
    await page.waitForURL(/q=marmal/);
    await rowOf(page, other.sessionId).waitFor({ state: "detached" });
    await rowOf(page, said.sessionId).waitFor();
    await page.getByRole("combobox", { name: "Sort" }).selectOption("Least time left");
    await page.waitForURL(/sort=expiresAt/);
    await page.goBack();
    await page.waitForURL((url) => !url.search.includes("sort"));
    await page.goBack();
    await rowOf(page, other.sessionId).waitFor();
    expect(await page.getByRole("searchbox").inputValue()).toBe("");
    await page.getByLabel("User id").fill(other.userId.slice(0, 10));
    await rowOf(page, said.sessionId).waitFor({ state: "detached" });
    await rowOf(page, other.sessionId).waitFor();
  });

  it("moves nothing when the note of an end goes", async () => {
    const { sessionId } = await dashboard.calls.create();
    await dashboard.calls.create();
    const { page } = await dashboard.newPage();
    await page.goto("/sessions");
    await rowOf(page, sessionId).getByRole("button", { name: "End session" }).click();
    await page.getByRole("alertdialog").getByRole("button", { name: "End session" }).click();
    const dismiss = page.getByRole("button", { name: "Dismiss" });
    await dismiss.waitFor();
    await settled(page);
    await watchShifts(page);
    await dismiss.waitFor({ state: "detached" });
    await settled(page);
    expect(await shifted(page)).toEqual([]);
  });

  it("keeps each filter that the reader went back to in the history", async () => {
    const { page } = await dashboard.newPage();
    await page.goto("/sessions");
    await page.getByText("No session is live").waitFor();
    for (const words of ["first", "second"]) {
      await page.getByRole("searchbox").fill(words);
      await page.waitForURL(`/sessions?q=${words}`);
      await page.getByText("No live session matches").waitFor();
      await page.goBack();
      await page.waitForURL("/sessions");
      await page.getByText("No session is live").waitFor();
    }
  });

  it("offers no end of a session that others have ended while its dialog is open", async () => {
    const { sessionId } = await dashboard.calls.create();
    const { page } = await dashboard.newPage();
    await page.goto(`/sessions?search=${sessionId}`);
    await rowOf(page, sessionId).getByRole("button", { name: "End session" }).click();
    const dialog = page.getByRole("alertdialog");
    await dialog.getByRole("button", { name: "End session" }).waitFor();
    expect(await dashboard.calls.end(sessionId, "Elsewhere")).toBe(200);
    await dialog.getByText("ended in the meantime").waitFor();
    expect(await dialog.getByRole("button", { name: "End session" }).count()).toBe(0);
    expect(await seriousBarriers(page)).toEqual([]);
    await dialog.getByRole("button", { name: "Close" }).click();
    await page.getByRole("status").filter({ hasText: "Already ended" }).waitFor();
    await rowOf(page, sessionId).waitFor({ state: "detached" });
  });
});
