import { describe, expect, it } from "vitest";
import { hasBrowser } from "../setup/chromium";
import { echoId, typewriterId } from "../setup/session-calls";
import { useDashboard } from "../setup/use-dashboard";

describe.skipIf(!hasBrowser())("the table of agents", { timeout: 90_000 }, () => {
  const dashboard = useDashboard();

  it("counts each agent's live sessions and replies, and ends all sessions of one agent alone", async () => {
    const { page, problems } = await dashboard.newPage();
    await page.goto("/agents");
    const row = page.getByRole("row").filter({ hasText: typewriterId });
    await row.getByText("Repeats the message word by word").waitFor();
    const endAll = row.getByRole("button", { name: "End all" });
    await row.getByRole("link", { name: "0 live sessions of Typewriter" }).waitFor();
    expect(await endAll.isDisabled()).toBe(true);

    const other = await dashboard.calls.create(echoId);
    const [first] = await Promise.all([1, 2, 3].map(() => dashboard.calls.create(typewriterId)));
    await row.getByRole("link", { name: "3 live sessions of Typewriter" }).waitFor();
    await endAll.click();
    const dialog = page.getByRole("alertdialog");
    await dialog.getByText("3 sessions of agent Typewriter").waitFor();
    await dialog.getByRole("button", { name: "End 3 sessions" }).click();
    await row.getByRole("link", { name: "0 live sessions of Typewriter" }).waitFor();
    expect(await dashboard.calls.state(first?.sessionId ?? "")).toBe(404);
    expect(await dashboard.calls.state(other.sessionId)).toBe(200);
    expect(problems).toEqual([]);
  });
});
