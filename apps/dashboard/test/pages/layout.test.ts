import type { Page } from "playwright-core";
import { describe, expect, it } from "vitest";
import { delayCalls, receivesSession, scrollsSideways, settled } from "../setup/browser";
import { hasBrowser } from "../setup/chromium";
import { shifted, watchShifts, watchShiftsOfLoads } from "../setup/layout-shifts";
import { typewriterId } from "../setup/session-calls";
import { useDashboard } from "../setup/use-dashboard";

describe.skipIf(!hasBrowser())("the layout of the dashboard's pages", { timeout: 90_000 }, () => {
  const dashboard = useDashboard();

  it("moves nothing of the list of sessions on a narrow page while it loads", async () => {
    const { sessionId } = await dashboard.calls.create();
    const { page } = await dashboard.newPage({ viewport: { width: 360, height: 740 } });
    const lists = await delayCalls(page, /listSessions/);
    await watchShiftsOfLoads(page);
    await page.goto("/sessions");
    await expect.poll(lists.waiting).toBeGreaterThan(0);
    await page.getByText("Live", { exact: true }).waitFor();
    await settled(page);
    lists.release();
    await page.locator(`tr[data-session="${sessionId}"]`).waitFor();
    await settled(page);
    expect(await shifted(page)).toEqual([]);
  });

  it("moves nothing of a narrow card when its time is given in seconds", async () => {
    const { sessionId } = await dashboard.calls.create();
    const { page } = await dashboard.newPage({ viewport: { width: 360, height: 740 } });
    await page.clock.install();
    await page.goto("/sessions");
    const card = page.locator(`tr[data-session="${sessionId}"]`);
    await card.getByText(/^Ends in \d\dm$/).waitFor();
    await settled(page);
    await watchShifts(page);
    await page.clock.fastForward(26 * 60_000);
    await card.getByText(/^Ends in 0\d:\d\d$/).waitFor();
    await settled(page);
    expect(await shifted(page)).toEqual([]);
  });

  it.each([360, 768, 1280])("moves nothing of the overview while it loads, %i px wide", async (width) => {
    await dashboard.calls.create();
    const { page } = await dashboard.newPage({ viewport: { width, height: 1000 } });
    const figures = await delayCalls(page, /getStatistics/);
    await watchShiftsOfLoads(page);
    await page.goto("/");
    await expect.poll(figures.waiting).toBeGreaterThan(0);
    await page.getByRole("heading", { name: "Overview" }).waitFor();
    await settled(page);
    figures.release();
    await page.getByRole("img", { name: /^Live sessions from/ }).waitFor();
    await page.getByRole("region", { name: "Endings by cause" }).getByText("Requested").waitFor();
    await page.getByRole("region", { name: "Live feed" }).getByText("began with").first().waitFor();
    await settled(page);
    expect(await shifted(page)).toEqual([]);
  });

  it("moves nothing of the live feed as its ages grow longer", async () => {
    await dashboard.calls.endEverything();
    const { page } = await dashboard.newPage();
    await page.clock.install();
    await page.goto("/");
    await page.getByText("Live", { exact: true }).waitFor();
    // Not before: what is older than ten seconds when the page is there has two digits from the beginning.
    await dashboard.calls.create();
    const age = page
      .getByRole("region", { name: "Live feed" })
      .getByText(/^\ds ago$/)
      .first();
    await age.waitFor();
    await settled(page);
    await watchShifts(page);
    await page.clock.fastForward(10_000);
    await page
      .getByRole("region", { name: "Live feed" })
      .getByText(/^\d\ds ago$/)
      .first()
      .waitFor();
    await settled(page);
    expect(await shifted(page)).toEqual([]);
  });

  it.each([360, 1280])(
    "moves nothing of the live feed as sessions begin, talk and end, %i px wide",
    async (width) => {
      await dashboard.calls.endEverything();
      const first = await dashboard.calls.create();
      const { page } = await dashboard.newPage({ viewport: { width, height: 1_400 } });
      await page.goto("/");
      const feed = page.getByRole("region", { name: "Live feed" });
      await feed.getByText(first.sessionId.slice(0, 8)).waitFor();
      await page.getByText("Live", { exact: true }).waitFor();
      await settled(page);
      await watchShifts(page);
      const second = await dashboard.calls.create(typewriterId);
      await feed.getByText(second.sessionId.slice(0, 8)).waitFor();
      await dashboard.calls.send(first.sessionId, "Good morning");
      await feed.getByText("2 messages").waitFor();
      expect(await dashboard.calls.end(first.sessionId, "The reason is long. ".repeat(9))).toBe(200);
      await feed.getByText("The reason is long.").waitFor();
      await settled(page);
      expect(await shifted(page)).toEqual([]);
    },
  );

  it.each([360, 768, 1280])("moves nothing of a session's page while it loads, %i px wide", async (width) => {
    const live = await dashboard.calls.create();
    const ended = await dashboard.calls.create();
    for (const { sessionId } of [live, ended])
      for (const word of ["Good", "morning", "to", "you"])
        await dashboard.calls.send(sessionId, `${word} `.repeat(60));
    expect(await dashboard.calls.end(ended.sessionId)).toBe(200);
    for (const { sessionId } of [live, ended]) {
      const { page } = await dashboard.newPage({ viewport: { width, height: 900 } });
      const history = await delayCalls(page, /getChannelMessages/);
      await watchShiftsOfLoads(page);
      await page.goto(`/sessions/${sessionId}`);
      await expect.poll(history.waiting).toBeGreaterThan(0);
      await page.getByRole("heading", { name: "Transcript" }).waitFor();
      await settled(page);
      history.release();
      await page.getByText("morning morning").first().waitFor();
      await page.getByRole("heading", { name: "Timeline" }).waitFor();
      await settled(page);
      expect(await shifted(page), sessionId === live.sessionId ? "live" : "ended").toEqual([]);
      await page.context().close();
    }
  });

  it.each([360, 1280])(
    "has the icons of the navigation in place before the names are parsed, %i px wide",
    async (width) => {
      const { page } = await dashboard.newPage({ viewport: { width, height: 900 } });
      await page.goto("/");
      await settled(page);
      const icons = page.getByRole("navigation", { name: "Main" }).locator("svg");
      const places = () =>
        icons.evaluateAll((all) =>
          all.map((icon) => {
            const { x, y } = icon.getBoundingClientRect();
            return `${x},${y}`;
          }),
        );
      const before = await places();
      await icons.evaluateAll((all) => {
        for (const icon of all) icon.nextSibling?.remove();
      });
      expect(before).toHaveLength(6);
      expect(await places()).toEqual(before);
    },
  );

  it("leaves the settings below a narrow transcript in place while messages come", async () => {
    const { sessionId } = await dashboard.calls.create();
    const { page } = await dashboard.newPage({ viewport: { width: 768, height: 1024 } });
    const watching = receivesSession(page);
    await page.goto(`/sessions/${sessionId}`);
    await watching;
    const settings = page.getByRole("heading", { name: "Timeout settings" });
    await settings.scrollIntoViewIfNeeded();
    await settled(page);
    const before = await settings.boundingBox();
    for (const word of ["one", "two", "three"]) await dashboard.calls.send(sessionId, `${word} `.repeat(200));
    await page.getByText("three three").last().waitFor();
    await settled(page);
    expect(await settings.boundingBox()).toEqual(before);
  });

  it("covers nothing of a page with the note on a lost connection", async () => {
    await dashboard.calls.create();
    const { page } = await dashboard.newPage();
    await page.goto("/sessions");
    await page.getByText("Live", { exact: true }).waitFor();
    await dashboard.servers.stopApi();
    const note = page.getByRole("alert").filter({ hasText: "Connection lost" });
    await note.waitFor();
    const found: Record<number, unknown> = {};
    const widths = [360, 640, 768, 1280, 1920];
    for (const width of widths) {
      await page.setViewportSize({ width, height: 720 });
      await settled(page);
      found[width] = await note.evaluate((element) => {
        const own = element.getBoundingClientRect();
        const covered = [...document.querySelectorAll("main *, nav *, header button")].filter((other) => {
          const { left, right, top, bottom } = other.getBoundingClientRect();
          const isEmpty = right <= left || bottom <= top;
          return !isEmpty && left < own.right && right > own.left && top < own.bottom && bottom > own.top;
        });
        const middle = (own.top + own.bottom) / 2;
        const isInFront = (x: number) => element.contains(document.elementFromPoint(x, middle));
        const { scrollWidth, clientWidth, scrollHeight, clientHeight } = element;
        return {
          covered: covered.map((other) => `${other.tagName} ${other.textContent?.slice(0, 40)}`),
          isInFront: Array.from({ length: own.width - 2 }, (_, x) => own.left + 1 + x).every(isInFront),
          isCut: scrollWidth > clientWidth || scrollHeight > clientHeight,
        };
      });
    }
    await dashboard.servers.startApi();
    for (const width of widths)
      expect(found[width], `at ${width}`).toEqual({ covered: [], isInFront: true, isCut: false });
    await note.waitFor({ state: "detached" });
  });

  it.each([768, 1024, 1280, 1536])("has room for four fields of the metadata, %i px wide", async (width) => {
    await dashboard.calls.create();
    const { page } = await dashboard.newPage({ viewport: { width, height: 800 } });
    await page.addInitScript(() =>
      localStorage.setItem("adjourn_metadata_columns", JSON.stringify(["plan", "city", "order", "language"])),
    );
    await page.goto("/sessions");
    await page.getByRole("columnheader", { name: "plan" }).waitFor();
    const table = page.getByRole("table", { name: "Live sessions" });
    await table.getByRole("button", { name: "End session" }).first().waitFor();
    const beyond = await table.evaluate((element) => {
      const edge = element.getBoundingClientRect().right;
      return [...element.querySelectorAll("th, td, button")]
        .filter((cell) => cell.getBoundingClientRect().right > edge)
        .map((cell) => cell.textContent);
    });
    expect(beyond).toEqual([]);
    expect(await scrollsSideways(page)).toBe(false);
  });

  it.each([768, 1280])("shows names and the longest age and time left whole, %i px wide", async (width) => {
    await dashboard.calls.create(typewriterId);
    const { page } = await dashboard.newPage({ viewport: { width, height: 800 } });
    const [day, minute] = [86_400_000, 60_000];
    await page.route(/listSessions/, async (route) => {
      const response = await route.fetch();
      const at = (ms: number) => `"${new Date(Date.now() + ms).toISOString()}"`;
      const body = (await response.text())
        .replaceAll(/"createdAt":"[^"]+"/g, `"createdAt":${at(minute - day)}`)
        .replaceAll(/"expiresAt":"[^"]+"/g, `"expiresAt":${at(day - minute)}`)
        .replaceAll(/"timeRemaining":\d+/g, `"timeRemaining":${day - minute}`);
      await route.fulfill({ response, body });
    });
    await page.goto("/sessions");
    await page
      .getByText(/^23h 5\dm$/)
      .first()
      .waitFor();
    await page.getByRole("cell", { name: "Typewriter" }).first().waitFor();
    await settled(page);
    const cut = await page
      .getByRole("cell")
      .filter({ hasText: /^(\d+h \d\dm|Echo|Typewriter)$/ })
      .evaluateAll((cells) =>
        cells.filter((cell) => cell.scrollWidth > cell.clientWidth).map((cell) => cell.textContent),
      );
    expect(cut).toEqual([]);
  });

  it.each(["/", "/sessions", "/endings", "/blocks", "/agents", "/webhooks"])(
    "fills a wide page, whatever it shows, at %s",
    async (path) => {
      const { page } = await dashboard.newPage({ viewport: { width: 1920, height: 1080 } });
      const edgesOf = () =>
        page
          .locator("main section")
          .last()
          .evaluate((element) => {
            const { left, right } = element.getBoundingClientRect();
            return [left, right];
          });
      const roomOf = () =>
        page.locator("main").evaluate((element) => {
          const { left, right } = element.getBoundingClientRect();
          const { paddingLeft, paddingRight } = getComputedStyle(element);
          return [left + Number.parseFloat(paddingLeft), right - Number.parseFloat(paddingRight)];
        });
      await page.goto(path);
      // Of a page that is still loading, another card is the last one.
      await expect.poll(edgesOf).toEqual(await roomOf());
    },
  );

  it("shows that the facts of a session go on below the edge, and where they end", async () => {
    const { sessionId } = await dashboard.calls.create();
    const { page } = await dashboard.newPage();
    await page.goto(`/sessions/${sessionId}`);
    const timeline = page.getByRole("region", { name: "Timeline" });
    await timeline.waitFor();
    await settled(page);
    expect(await fadeCovers(page)).toBe(true);
    await timeline.getByText("Session created").scrollIntoViewIfNeeded();
    await page.locator(".scrolls-visibly").evaluate((column) => column.scrollTo(0, column.scrollHeight));
    expect(await fadeCovers(page)).toBe(false);
  });

  /** Whether the last card is under the fade at the column's edge. */
  const fadeCovers = (page: Page) =>
    page.locator(".scrolls-visibly").evaluate((column) => {
      const { position, height } = getComputedStyle(column, "::after");
      if (position !== "sticky") return "no fade";
      const card = column.lastElementChild?.getBoundingClientRect();
      return (card?.bottom ?? 0) > column.getBoundingClientRect().bottom - Number.parseFloat(height) / 2;
    });
});
