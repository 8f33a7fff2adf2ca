import { beforeAll, describe, expect, it } from "vitest";
import { noonTimezone, scrollsSideways } from "../setup/browser";
import { hasBrowser } from "../setup/chromium";
import { useDashboard } from "../setup/use-dashboard";

/** More than one call to the API can list. */
const many = 1_030;

describe.skipIf(!hasBrowser())("the dashboard with many sessions", { timeout: 180_000 }, () => {
  const userId = crypto.randomUUID();
  const dashboard = useDashboard();

  beforeAll(async () => {
    for (let from = 0; from < many; from += 103)
      await Promise.all(Array.from({ length: 103 }, () => dashboard.calls.create(undefined, userId)));
  }, 180_000);

  it("counts all of them exactly, those that begin, those that live and those that end at once", async () => {
    // A narrow page, on which long figures must fit too.
    const { page } = await dashboard.newPage({
      viewport: { width: 360, height: 740 },
      timezoneId: noonTimezone(),
    });
    const figure = (name: string, value: string) =>
      page
        .locator("section")
        .filter({ has: page.getByRole("link", { name, exact: true }) })
        .getByText(value, { exact: true });
    const answers: Promise<number>[] = [];
    page.on("response", (response) => {
      if (response.url().includes("/api/trpc/"))
        answers.push(
          response.body().then(
            ({ length }) => length,
            () => 0,
          ),
        );
    });
    await page.goto("/");
    await figure("Active", "1,030").waitFor();
    await page.getByRole("img", { name: "1030 now, at most 1030" }).waitFor();
    await figure("Ended today", "0").waitFor();
    await page.getByText("began with").first().waitFor();
    const loadedBytes = (await Promise.all(answers)).reduce((sum, bytes) => sum + bytes, 0);
    expect(loadedBytes, "however many sessions there are").toBeLessThan(100_000);

    const list = await dashboard.newPage();
    await list.page.goto(`/sessions?userId=${userId}`);
    await list.page.getByText("1,030 matching").waitFor();
    await list.page.getByRole("checkbox", { name: "Select all" }).check();
    await list.page.getByText("200 of 1,030 selected").waitFor();

    const last = await dashboard.calls.create();
    expect(await dashboard.calls.endAll(userId)).toEqual({ ended: many, matched: many });
    await figure("Active", "1").waitFor();
    await figure("Ended today", "1,030").waitFor();
    // The maximum is that of the sampled moments, which may miss a peak this short.
    await page.getByRole("img", { name: ": 1 now," }).waitFor();
    expect(await scrollsSideways(page)).toBe(false);
    await list.page.getByText("No live session matches").waitFor();

    expect(await dashboard.calls.end(last.sessionId)).toBe(200);
    await figure("Active", "0").waitFor();
    await page
      .locator("div")
      .filter({ hasText: /^Ended in bulk1,030$/ })
      .waitFor();
    await page
      .locator("div")
      .filter({ hasText: /^Requested1$/ })
      .waitFor();
    // The same after a new request, page by page.
    await page.reload();
    await figure("Ended today", "1,031").waitFor();
  });

  it("counts none of those that it has ended, however many a search of words has found", async () => {
    const created = await Promise.all(Array.from({ length: 201 }, () => dashboard.calls.create()));
    await Promise.all(created.map(({ sessionId }) => dashboard.calls.send(sessionId, "Marmalade")));
    const { page } = await dashboard.newPage();
    await page.goto("/sessions?q=marmalade");
    await page.getByText("201 matching").waitFor();
    await page.getByRole("checkbox", { name: "Select all" }).check();
    await page.getByRole("button", { name: "Select all 201 matching" }).click();
    await page.getByText("201 of 201 selected").waitFor();
    // As in a tab in the background, which does not read its lists again from time to time.
    await page.evaluate(() => {
      Object.defineProperty(document, "visibilityState", { value: "hidden" });
      window.dispatchEvent(new Event("visibilitychange"));
    });
    await page.getByLabel("Selection").getByRole("button", { name: "End 201 sessions" }).click();
    const dialog = page.getByRole("alertdialog");
    await dialog.getByLabel("Type 201 to confirm").fill("201");
    await dialog.getByRole("button", { name: "End 201 sessions" }).click();
    await page.getByText("0 matching", { exact: true }).waitFor();
  });
});
