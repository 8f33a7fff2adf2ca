import { describe, expect, it } from "vitest";
import { delayCalls } from "../setup/browser";
import { hasBrowser } from "../setup/chromium";
import { useDashboard } from "../setup/use-dashboard";

describe.skipIf(!hasBrowser())("a list whose next page is answered late", { timeout: 90_000 }, () => {
  const dashboard = useDashboard();

  it("keeps what began and what ended in the meantime", async () => {
    const userId = crypto.randomUUID();
    const create = () => dashboard.calls.create(undefined, userId);
    const created = await Promise.all(Array.from({ length: 205 }, create));
    const { page } = await dashboard.newPage();
    await page.goto(`/sessions?userId=${userId}`);
    const firstRow = page.locator('tr[aria-rowindex="2"]');
    await firstRow.waitFor();
    const answers = await delayCalls(page, /listSessions.*cursor/);
    while (answers.waiting() === 0) await page.mouse.wheel(0, 1_500);
    const [ended] = created;
    expect(await dashboard.calls.end(ended?.sessionId ?? "")).toBe(200);
    await page.getByText("204 matching").waitFor();
    await create();
    await create();
    await page.getByText("206 matching").waitFor();
    answers.release();
    // The heading, the 199 of the first page XX.
    await page.locator('table[aria-rowcount="205"]').waitFor();
    expect(await page.getByText("206 matching").count()).toBe(1);
    expect(await page.getByRole("button", { name: "2 new" }).count()).toBe(1);
  });
});
