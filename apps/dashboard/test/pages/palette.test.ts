import { describe, expect, it } from "vitest";
import { delayCalls, settled } from "../setup/browser";
import { hasBrowser } from "../setup/chromium";
import { useDashboard } from "../setup/use-dashboard";

describe.skipIf(!hasBrowser())("the command palette", { timeout: 60_000 }, () => {
  const dashboard = useDashboard();

  it("takes what is typed before its code is there, which ends nothing", async () => {
    await dashboard.calls.create();
    const { page } = await dashboard.newPage();
    await page.goto("/sessions");
    await page.getByRole("button", { name: "End session" }).first().waitFor();
    await page.keyboard.press("j");
    const scripts = await delayCalls(page, /\/_next\/static\/chunks\//);
    await page.keyboard.press("Control+k");
    await expect.poll(scripts.waiting).toBeGreaterThan(0);
    await page.keyboard.type("ech");
    expect(await page.getByRole("alertdialog").count()).toBe(0);
    scripts.release();
    await page.getByRole("option", { name: "Echo" }).first().waitFor();
    await page.keyboard.type("o");
    const input = page.getByRole("combobox", { name: "Command palette" });
    expect(await input.inputValue()).toBe("echo");
    await page.keyboard.press("Escape");
    await input.waitFor({ state: "detached" });
    await page.locator("tr[data-session]:focus").waitFor();
    await page.keyboard.press("Control+k");
    await input.waitFor();
    expect(await input.inputValue()).toBe("");
  });

  it("goes where Enter was pressed for before its code was there, unless more was typed", async () => {
    const { page } = await dashboard.newPage();
    await page.goto("/agents");
    await page.getByText("Typewriter").first().waitFor();
    const scripts = await delayCalls(page, /\/_next\/static\/chunks\//);
    await page.keyboard.press("Control+k");
    await expect.poll(scripts.waiting).toBeGreaterThan(0);
    await page.keyboard.type("end");
    await page.keyboard.press("Enter");
    scripts.release();
    await page.waitForURL(/\/endings$/);

    await page.reload();
    // Before the page is hydrated, its own scripts would be what waits, and no key would be taken.
    await page.getByText("Nothing has ended yet").waitFor();
    const again = await delayCalls(page, /\/_next\/static\/chunks\//);
    await page.keyboard.press("Control+k");
    await expect.poll(again.waiting).toBeGreaterThan(0);
    await page.keyboard.type("block");
    await page.keyboard.press("Enter");
    await page.keyboard.type("s");
    again.release();
    await page.getByRole("option", { name: "Blocks", exact: true }).waitFor();
    await settled(page);
    expect(await page.getByRole("combobox", { name: "Command palette" }).inputValue()).toBe("blocks");
    await page.keyboard.press("Enter");
    await page.waitForURL(/\/blocks$/);
  });
});
