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

describe.skipIf(!hasBrowser())("a live connection that comes about late", { timeout: 90_000 }, () => {
  const dashboard = useDashboard();

  it("stays, and misses no end, though the page had given it up and was asking for the API", async () => {
    const { sessionId } = await dashboard.calls.create();
    const { page } = await dashboard.newPage();
    await page.clock.install();
    let sockets = 0;
    let connect = () => {};
    await page.routeWebSocket(/./, async (socket) => {
      sockets += 1;
      await new Promise<void>((resolve) => {
        connect = resolve;
      });
      socket.connectToServer();
    });
    const probes = await delayCalls(page, /getSessionsHealth/);
    await page.goto(`/sessions?search=${sessionId}`);
    const row = page.locator(`tr[data-session="${sessionId}"]`);
    await row.waitFor();
    await expect.poll(() => sockets).toBe(1);
    await page.clock.fastForward(4_000);
    await page.getByText("Reconnecting…").first().waitFor();
    await page.clock.fastForward(1_500);
    await expect.poll(probes.waiting).toBe(1);
    connect();
    await page.getByText("Live", { exact: true }).waitFor();
    probes.release();
    await dashboard.calls.end(sessionId);
    await row.waitFor({ state: "detached" });
    expect(sockets).toBe(1);
  });
});
