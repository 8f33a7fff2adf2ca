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
});
