import { describe, expect, it } from "vitest";
import { settled } from "../setup/browser";
import { hasBrowser } from "../setup/chromium";
import { echoId } from "../setup/session-calls";
import { useDashboard } from "../setup/use-dashboard";

describe.skipIf(!hasBrowser())("a transcript in the dashboard", { timeout: 90_000 }, () => {
  const dashboard = useDashboard();

  it("keeps every message in sight, however long a word in it is", async () => {
    const { sessionId } = await dashboard.calls.create();
    await dashboard.calls.send(sessionId, "Short and mine");
    await dashboard.calls.send(sessionId, "unbreakable".repeat(60));
    for (const width of [1280, 360]) {
      const { page } = await dashboard.newPage({ viewport: { width, height: 740 } });
      await page.goto(`/sessions/${sessionId}`);
      await page.getByText("unbreakable").nth(1).waitFor();
      await settled(page);
      const messages = page.getByRole("region", { name: "Messages" });
      expect(await messages.evaluate((box) => box.scrollWidth - box.clientWidth)).toBe(0);
      const box = await messages.boundingBox();
      const mine = await page.getByText("Short and mine").first().boundingBox();
      expect((mine?.x ?? 0) + (mine?.width ?? 0)).toBeLessThan((box?.x ?? 0) + (box?.width ?? 0));
    }
  });

  it("separates the sessions of one channel", async () => {
    const first = await dashboard.calls.create();
    await dashboard.calls.send(first.sessionId, "Of the first");
    expect(await dashboard.calls.end(first.sessionId)).toBe(200);
    const second = await dashboard.calls.create(echoId, first.userId, first.channelId);
    await dashboard.calls.send(second.sessionId, "Of the second");
    const { page } = await dashboard.newPage();
    const lines = page.getByRole("region", { name: "Messages" }).getByRole("listitem");

    await page.goto(`/sessions/${second.sessionId}`);
    await lines.filter({ hasText: "This session" }).waitFor();
    await lines.nth(5).waitFor();
    expect(await lines.first().innerText()).toContain(first.sessionId.slice(0, 8));
    expect(await page.getByText("User wrote").count()).toBe(1);

    await page.goto(`/endings/${first.sessionId}`);
    await lines.filter({ hasText: second.sessionId.slice(0, 8) }).waitFor();
    expect(await lines.first().innerText()).toContain("Of the first");
  });

  it("says of an erased one that it was erased", async () => {
    const { sessionId, channelId } = await dashboard.calls.create();
    await dashboard.calls.send(sessionId, "Forget this");
    expect(await dashboard.calls.end(sessionId)).toBe(200);
    expect(await dashboard.calls.erase(channelId)).toBe(200);
    const { page } = await dashboard.newPage();
    for (const path of [`/endings/${sessionId}`, `/sessions/${sessionId}`]) {
      await page.goto(path);
      await page.getByText("This conversation has been erased.").waitFor();
      expect(await page.getByText("Nothing was said").count()).toBe(0);
    }
  });
});
