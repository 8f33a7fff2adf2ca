import type { Page } from "playwright-core";
import { describe, expect, it } from "vitest";
import { hasBrowser } from "../setup/chromium";
import { typewriterId } from "../setup/session-calls";
import { useDashboard } from "../setup/use-dashboard";

/** At a second a word it takes longer than any test may. */
const longSpeech = Array.from({ length: 115 }, (_, index) => `word${index}`).join(" ");

describe.skipIf(!hasBrowser())("the filter for active sessions", { timeout: 90_000 }, () => {
  const dashboard = useDashboard();
  const rowOf = (page: Page, { sessionId }: { readonly sessionId: string }) =>
    page.locator(`tr[data-session="${sessionId}"]`);
  const createFor = (userId: string) => dashboard.calls.create(typewriterId, userId);

  it("lists sessions from the begin of a reply to its end, and keeps a row that is pointed at in its place", async () => {
    const userId = crypto.randomUUID();
    const [quiet, first, second] = [
      await createFor(userId),
      await createFor(userId),
      await createFor(userId),
    ];
    await dashboard.calls.send(first.sessionId, longSpeech, 1_000);
    const { page, problems } = await dashboard.newPage();
    await page.goto(`/sessions?userId=${userId}`);
    await rowOf(page, quiet).waitFor();
    await page.getByRole("combobox", { name: "Activity" }).selectOption("Writing now");
    await page.waitForURL(/activity=replying/);
    await page.getByText("1 matching").waitFor();
    await rowOf(page, first).waitFor();
    expect(await rowOf(page, quiet).count()).toBe(0);

    await rowOf(page, first).hover();
    const place = await rowOf(page, first).boundingBox();
    await dashboard.calls.send(second.sessionId, longSpeech, 1_000);
    await page.getByRole("button", { name: "1 new" }).waitFor();
    expect(await rowOf(page, second).count()).toBe(0);
    const [message] = await dashboard.calls.messages(first.sessionId);
    expect(await dashboard.calls.cancel(first.sessionId, message?.id ?? "")).toBe(200);
    await page.getByText("1 matching").waitFor();
    // Listeners and pending operations.
    await rowOf(page, first).getByText("0", { exact: true }).nth(1).waitFor();
    expect(await rowOf(page, first).boundingBox()).toEqual(place);
    await rowOf(page, first).getByRole("button", { name: "End session" }).waitFor();

    await page.mouse.move(2, 2);
    await rowOf(page, first).waitFor({ state: "detached" });
    await rowOf(page, second).waitFor();
    await page.goBack();
    await page.waitForURL((url) => !url.search.includes("activity"));
    await rowOf(page, quiet).waitFor();
    expect(problems).toEqual([]);
  });

  it("selects all that have listeners, and the dialog says what they are", async () => {
    const userId = crypto.randomUUID();
    const [quiet, ...listened] = [await createFor(userId), await createFor(userId), await createFor(userId)];
    for (const { sessionId } of listened) await dashboard.calls.listen(sessionId);
    const { page } = await dashboard.newPage();
    await page.goto(`/sessions?userId=${userId}&activity=listened`);
    await page.getByText("2 matching").waitFor();
    expect(await page.getByRole("combobox", { name: "Activity" }).inputValue()).toBe("listened");
    await page.locator("tr[data-session]").first().getByRole("checkbox").check();
    await page.getByRole("button", { name: "Select all 2 matching" }).click();
    await page.getByText("2 of 2 selected").waitFor();
    await page.getByLabel("Selection").getByRole("button", { name: "End 2 sessions" }).click();
    const dialog = page.getByRole("alertdialog");
    await dialog.getByText("Ends 2 of 2 sessions that have listeners.").waitFor();
    await dialog.getByText("2 listeners will be dropped").waitFor();
    await dialog.getByRole("button", { name: "End 2 sessions" }).click();
    await page.getByText("No live session matches").waitFor();
    expect(await dashboard.calls.state(quiet.sessionId)).toBe(200);
    // Also one that somebody begins to listen to, while the page is open.
    await dashboard.calls.listen(quiet.sessionId);
    await rowOf(page, quiet).waitFor();
  });
});
