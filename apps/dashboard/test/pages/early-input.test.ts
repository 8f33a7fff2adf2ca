import { describe, expect, it } from "vitest";
import { delayCalls } from "../setup/browser";
import { hasBrowser } from "../setup/chromium";
import { useDashboard } from "../setup/use-dashboard";

describe.skipIf(!hasBrowser())("a page that is not hydrated yet", { timeout: 60_000 }, () => {
  const dashboard = useDashboard();

  it.each(["/sessions", "/endings"])("takes the key / and the words typed behind it, %s", async (path) => {
    const { page, problems } = await dashboard.newPage();
    const scripts = await delayCalls(page, /\/_next\/static\/chunks\/.*\.js/);
    await page.goto(path, { waitUntil: "commit" });
    const search = page.getByRole("searchbox");
    await search.waitFor();
    await page.keyboard.press("/");
    await page.keyboard.type("jxe?/");
    expect(await search.inputValue()).toBe("jxe?/");
    scripts.release();
    await page.waitForURL((url) => url.searchParams.get("q") === "jxe?/");
    expect(await search.and(page.locator(":focus")).inputValue()).toBe("jxe?/");
    expect(await page.getByRole("dialog").or(page.getByRole("alertdialog")).count()).toBe(0);
    expect(problems).toEqual([]);
  });

  it("keeps what it shows, and the focus, while events arrive before the code of its list", async () => {
    const { page, problems } = await dashboard.newPage();
    // A word of the code that is part of no page's first load.
    const late = await delayCalls(page, /\/_next\/static\/chunks\/.*\.js/, "Search words or ids");
    await page.goto("/sessions", { waitUntil: "commit" });
    const search = page.getByRole("searchbox");
    await search.click();
    await page.getByText("Live", { exact: true }).waitFor();
    await expect.poll(late.waiting).toBeGreaterThan(0);
    await page.keyboard.type("marmalade");
    late.release();
    await page.waitForURL(/q=marmalade/);
    await search.and(page.locator(":focus")).waitFor();
    expect(problems).toEqual([]);
  });
});
