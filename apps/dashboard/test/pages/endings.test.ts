import { readFile } from "node:fs/promises";
import type { Page } from "playwright-core";
import { describe, expect, it } from "vitest";
import { scrollsSideways, seriousBarriers, settled } from "../setup/browser";
import { hasBrowser } from "../setup/chromium";
import { createCalls } from "../setup/session-calls";
import { useDashboard } from "../setup/use-dashboard";

const adminKey = "an-admin-key-for-tests-of-endings";
const serviceKey = "a-service-key-for-tests-of-endings";

describe.skipIf(!hasBrowser())("the record of endings", { timeout: 90_000 }, () => {
  const dashboard = useDashboard({
    ADJOURN_ADMIN_KEY: `ops:${adminKey}`,
    ADJOURN_SERVICE_KEY: `bot:${serviceKey}`,
  });
  const callsWith = (key: string) => createCalls(dashboard.servers.api, key);
  const rowOf = (page: Page, sessionId: string) =>
    page.getByRole("row").filter({ hasText: sessionId.slice(0, 8) });

  const open = async (path: string) => {
    const opened = await dashboard.newPage();
    await opened.page.goto(path);
    await opened.page.getByLabel("Admin key", { exact: true }).fill(adminKey);
    await opened.page.getByRole("button", { name: "Sign in", exact: true }).click();
    return opened;
  };

  /** The text of the file that this button downloads. */
  const downloaded = async (page: Page, name: string): Promise<string> => {
    const [download] = await Promise.all([
      page.waitForEvent("download"),
      page.getByRole("link", { name, exact: true }).click(),
    ]);
    return readFile(await download.path(), "utf8");
  };

  it("has totals and days, is narrowed by actor and day, and exports what is shown", async () => {
    const byAdmin = await callsWith(adminKey).create();
    const byService = await callsWith(adminKey).create();
    expect(await callsWith(adminKey).end(byAdmin.sessionId, "Looked wrong")).toBe(200);
    expect(await callsWith(serviceKey).end(byService.sessionId)).toBe(200);
    const { page, problems } = await open("/endings");
    await rowOf(page, byAdmin.sessionId).getByText("admin ops", { exact: true }).waitFor();
    await page.getByRole("rowheader", { name: "Today" }).waitFor();
    await page
      .getByLabel("Endings of the last 7 days")
      .locator("div")
      .filter({ hasText: /^Requested2$/ })
      .waitFor();

    const all = await downloaded(page, "CSV");
    expect(all.split(/\r?\n/)[0]).toContain("sessionId");
    for (const { sessionId } of [byAdmin, byService]) expect(all).toContain(sessionId);

    await page.getByLabel("Actor, the name of a key").fill("bot");
    await rowOf(page, byAdmin.sessionId).waitFor({ state: "detached" });
    await rowOf(page, byService.sessionId).waitFor();
    expect(new URL(page.url()).searchParams.get("actor")).toBe("bot");
    const lines = (await downloaded(page, "NDJSON")).trim().split("\n");
    expect(lines.map((line) => JSON.parse(line))).toMatchObject([{ sessionId: byService.sessionId }]);

    // An ending that arrives is held against the filter too.
    const [other, matching] = [await callsWith(adminKey).create(), await callsWith(adminKey).create()];
    expect(await callsWith(adminKey).end(other.sessionId)).toBe(200);
    expect(await callsWith(serviceKey).end(matching.sessionId)).toBe(200);
    await rowOf(page, matching.sessionId).waitFor();
    expect(await rowOf(page, other.sessionId).count()).toBe(0);

    await page.getByLabel("Ended from").fill("2999-01-01");
    await page.getByText("No ending matches").waitFor();
    await page.getByRole("button", { name: "Clear filters" }).last().click();
    await page.getByLabel("Ended from").fill("2020-01-01");
    await rowOf(page, other.sessionId).waitFor();
    await page.getByLabel("to", { exact: true }).fill("2020-02-01");
    await page.getByText("No ending matches").waitFor();
    await page.goBack();
    await rowOf(page, other.sessionId).waitFor();
    await page.setViewportSize({ width: 360, height: 740 });
    expect(await scrollsSideways(page)).toBe(false);
    expect(problems.filter((text) => !text.includes("401"))).toEqual([]);
  });

  it("says of an ending that an assistant's tool caused that it came via MCP", async () => {
    const { sessionId } = await callsWith(adminKey).create();
    expect(await callsWith(adminKey).endByTool(sessionId)).toBe(200);
    const { page } = await open("/endings");
    await rowOf(page, sessionId).getByText("admin ops via MCP", { exact: true }).waitFor();
    await rowOf(page, sessionId).getByRole("link").first().click();
    await page.getByText("Ended by admin ops via MCP").waitFor();
    await page.emulateMedia({ media: "print" });
    expect(await page.getByText("Ended by admin ops via MCP").isVisible()).toBe(true);
  });

  it("shows every cause in the same colours: an ending is neither good nor bad", async () => {
    const calls = callsWith(adminKey);
    const [alone, inBulk, blocked] = [await calls.create(), await calls.create(), await calls.create()];
    expect(await calls.end(alone.sessionId)).toBe(200);
    await calls.endAll(inBulk.userId);
    expect(await calls.block(blocked.userId, "Abuse")).toBeLessThan(300);
    const { page } = await open("/endings");
    const colours = [];
    for (const [{ sessionId }, name] of [
      [alone, "Requested"],
      [inBulk, "Ended in bulk"],
      [blocked, "User blocked"],
    ] as const) {
      const badge = rowOf(page, sessionId).getByText(name, { exact: true });
      // The page that the sign-in leads to.
      await badge.waitFor();
      await settled(page);
      colours.push(
        await badge.evaluate((element) => {
          const { color, backgroundColor } = getComputedStyle(element);
          return `${color} on ${backgroundColor}`;
        }),
      );
    }
    expect(new Set(colours).size, colours.join()).toBe(1);
  });

  it("lets an admin erase a user, after saying what goes and what stays", async () => {
    const calls = callsWith(adminKey);
    const { sessionId, channelId, userId } = await calls.create();
    await calls.send(sessionId, "My address is a secret");
    expect(await calls.end(sessionId, "Asked to be forgotten")).toBe(200);
    const second = await calls.create(undefined, userId);
    const { page } = await open(`/sessions/${sessionId}`);
    await page.getByText("My address is a secret").first().waitFor();
    await page.getByRole("button", { name: "Erase user" }).click();
    const dialog = page.getByRole("alertdialog");
    await dialog.getByText("All messages of all their conversations are removed for good").waitFor();
    await dialog.getByText("The endings themselves stay").waitFor();
    expect(await seriousBarriers(page)).toEqual([]);
    const confirm = dialog.getByRole("button", { name: "Erase user" });
    expect(await confirm.getAttribute("aria-disabled")).toBe("true");
    await dialog.getByLabel(`Type ${userId.slice(0, 8)} to confirm`).fill(userId.slice(0, 8));
    await confirm.click();
    await dialog.getByRole("alert").filter({ hasText: "A session of this user is live" }).waitFor();
    expect((await calls.messages(second.sessionId)).length).toBe(0);

    expect(await calls.end(second.sessionId)).toBe(200);
    await confirm.click();
    await page.getByRole("status").filter({ hasText: "User erased" }).waitFor();
    await page.waitForURL(`/endings?userId=${userId}`);
    await rowOf(page, sessionId).waitFor();
    expect(await page.getByText("Asked to be forgotten").count()).toBe(0);
    await rowOf(page, sessionId).getByRole("link").first().click();
    await page.getByText("This conversation has been erased.").waitFor();
    expect(await page.getByText("My address is a secret").count()).toBe(0);
    expect(await page.getByText("Asked to be forgotten").count()).toBe(0);
    const history = await fetch(`${dashboard.servers.api}/api/messaging/channels/${channelId}/messages`, {
      headers: { "x-api-key": adminKey },
    });
    expect(history.status).toBe(404);
  });

  it("moves nothing that is aimed at when sessions end, and shows them when asked", async () => {
    const [first, second] = [await callsWith(adminKey).create(), await callsWith(adminKey).create()];
    expect(await callsWith(adminKey).end(first.sessionId)).toBe(200);
    const { page } = await open("/endings");
    const link = rowOf(page, first.sessionId).getByRole("link").first();
    await link.hover();
    const before = await link.boundingBox();
    expect(await callsWith(adminKey).end(second.sessionId)).toBe(200);
    const waiting = page.getByRole("button", { name: "1 new" });
    await waiting.waitFor();
    expect(await link.boundingBox()).toEqual(before);
    expect(await rowOf(page, second.sessionId).count()).toBe(0);
    await waiting.click();
    await rowOf(page, second.sessionId).waitFor();
    await waiting.waitFor({ state: "detached" });
  });

  it("keeps its totals, and the buttons of the frame in place, while nothing answers", async () => {
    const { sessionId } = await callsWith(adminKey).create();
    expect(await callsWith(adminKey).end(sessionId)).toBe(200);
    const { page } = await open("/endings");
    const requested = page
      .getByLabel("Endings of the last 7 days")
      .locator("div")
      .filter({ hasText: /^Requested\d+$/ });
    await requested.waitFor();
    const before = await requested.textContent();
    await page.getByText("Live", { exact: true }).waitFor();
    const signOut = page.getByRole("button", { name: "Sign out" });
    const place = await signOut.boundingBox();
    const failed = page.waitForResponse((one) => one.url().includes("getStatistics") && !one.ok());
    await dashboard.servers.stopApi();
    await failed;
    await page.getByText("Connection lost.").waitFor();
    expect(await requested.textContent()).toBe(before);
    expect(await signOut.boundingBox()).toEqual(place);
    expect(await page.getByText("No totals").count()).toBe(0);
    await dashboard.servers.startApi();
  });

  it("moves nothing of the feed that is aimed at", async () => {
    const first = await callsWith(adminKey).create();
    const { page } = await open("/");
    const feed = page.getByRole("region", { name: "Live feed" });
    const linkTo = (sessionId: string) => feed.getByRole("link", { name: sessionId.slice(0, 8) });
    await linkTo(first.sessionId).hover();
    const before = await linkTo(first.sessionId).boundingBox();
    const second = await callsWith(adminKey).create();
    await feed.getByText("Paused while you are here").waitFor();
    await feed.getByText("1 new").waitFor();
    expect(await linkTo(first.sessionId).boundingBox()).toEqual(before);
    await page.getByRole("heading", { name: "Overview" }).hover();
    await linkTo(second.sessionId).waitFor();
  });
});
