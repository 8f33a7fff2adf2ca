import { describe, expect, it } from "vitest";
import { returnUntilShown, scrollsSideways, seriousBarriers } from "../setup/browser";
import { hasBrowser } from "../setup/chromium";
import { createCalls, echoId } from "../setup/session-calls";
import { useDashboard } from "../setup/use-dashboard";

const adminKey = "an-admin-key-for-tests-of-blocks";

describe.skipIf(!hasBrowser())("blocking a user in the dashboard", { timeout: 90_000 }, () => {
  const dashboard = useDashboard({ ADJOURN_ADMIN_KEY: `ops:${adminKey}` });
  const adminCalls = () => createCalls(dashboard.servers.api, adminKey);

  /** The sessions page, signed in. */
  const openSessions = async () => {
    const opened = await dashboard.newPage();
    await opened.page.goto("/sessions");
    await opened.page.getByLabel("Admin key", { exact: true }).fill(adminKey);
    await opened.page.getByRole("button", { name: "Sign in", exact: true }).click();
    return opened;
  };

  /** The answer to a client that begins a session for this user. */
  const createAs = async (userId: string) => {
    const response = await fetch(`${dashboard.servers.api}/api/messaging/sessions`, {
      method: "POST",
      headers: { "content-type": "application/json", "x-api-key": adminKey },
      body: JSON.stringify({ agentId: echoId, userId }),
    });
    return { status: response.status, text: await response.text() };
  };

  it("ends all of the user's sessions, refuses new ones, lists the block, and can be undone", async () => {
    const calls = adminCalls();
    const { sessionId, userId } = await calls.create();
    const second = await calls.create(echoId, userId);
    const { page, problems } = await openSessions();
    const row = page.getByRole("row").filter({ hasText: sessionId.slice(0, 8) });
    await row.getByRole("button", { name: "End session", exact: true }).click();

    const dialog = page.getByRole("alertdialog");
    await dialog.getByText(sessionId, { exact: true }).waitFor();
    await dialog.getByRole("button", { name: "End session", exact: true }).waitFor();
    await dialog.getByLabel("Block the user").selectOption("24 hours");
    await dialog.getByText("Ends all sessions of this user: 2 sessions.").waitFor();
    await dialog.getByLabel("Reason", { exact: true }).fill("Sends spam");
    expect(await seriousBarriers(page)).toEqual([]);
    await dialog.getByRole("button", { name: "End session and block", exact: true }).click();
    await page.getByRole("status").filter({ hasText: "2 sessions ended" }).waitFor();
    await row.waitFor({ state: "detached" });
    expect(await calls.state(sessionId)).not.toBe(200);
    expect(await calls.state(second.sessionId)).not.toBe(200);
    const refused = await createAs(userId);
    expect(refused.status).toBe(403);
    expect(refused.text).toContain("USER_BLOCKED");

    await page.getByRole("navigation", { name: "Main" }).getByRole("link", { name: "Blocks" }).click();
    const block = page.getByRole("row").filter({ hasText: userId.slice(0, 8) });
    await block.getByText("Sends spam").waitFor();
    await block.getByText("ops", { exact: true }).waitFor();
    expect(await page.title()).toContain("Blocks");
    expect(await seriousBarriers(page)).toEqual([]);
    expect(await scrollsSideways(page)).toBe(false);

    await block.getByRole("button", { name: "Unblock" }).click();
    await page.getByRole("alertdialog").getByRole("button", { name: "Cancel" }).click();
    expect((await createAs(userId)).status).toBe(403);
    await block.getByRole("button", { name: "Unblock" }).click();
    await page.getByRole("alertdialog").getByRole("button", { name: "Unblock" }).click();
    await page.getByRole("status").filter({ hasText: "User unblocked" }).waitFor();
    await block.waitFor({ state: "detached" });
    expect((await createAs(userId)).status).toBe(201);
    expect(problems).toEqual([]);
  });

  it("moves no block that is aimed at when others are set, and shows them when asked", async () => {
    const [first, second] = [crypto.randomUUID(), crypto.randomUUID()];
    expect(await adminCalls().block(first, "Spam")).toBe(200);
    const { page } = await openSessions();
    await page.getByRole("navigation", { name: "Main" }).getByRole("link", { name: "Blocks" }).click();
    const rowOf = (userId: string) => page.getByRole("row").filter({ hasText: userId.slice(0, 8) });
    const unblock = rowOf(first).getByRole("button", { name: "Unblock" });
    await unblock.hover();
    const before = await unblock.boundingBox();
    expect(await adminCalls().block(second, "Abuse")).toBe(200);
    const waiting = page.getByRole("button", { name: "1 new" });
    await returnUntilShown(page, waiting);
    expect(await unblock.boundingBox()).toEqual(before);
    expect(await rowOf(second).count()).toBe(0);
    await waiting.click();
    await rowOf(second).waitFor();
    // What is unblocked here goes although the focus is in the table.
    await rowOf(first).getByRole("button", { name: "Unblock" }).click();
    await page.getByRole("alertdialog").getByRole("button", { name: "Unblock" }).click();
    await page.getByRole("status").filter({ hasText: "User unblocked" }).waitFor();
    await rowOf(second).waitFor();
    await rowOf(first).waitFor({ state: "detached" });
  });

  it("says what is wrong with a date that has passed, and blocks nobody by it", async () => {
    const { sessionId, userId } = await adminCalls().create();
    const { page } = await openSessions();
    const row = page.getByRole("row").filter({ hasText: sessionId.slice(0, 8) });
    await row.getByRole("button", { name: "End session", exact: true }).click();
    const dialog = page.getByRole("alertdialog");
    await dialog.getByLabel("Block the user").selectOption("Until a date");
    await dialog.getByLabel("Blocked until").fill("2001-01-01T12:00");
    await dialog.getByRole("button", { name: "End session and block" }).click();
    await dialog.getByRole("alert").filter({ hasText: "is not in the future" }).waitFor();
    expect(await adminCalls().state(sessionId)).toBe(200);
    await dialog.getByLabel("Block the user").selectOption("Don't block");
    await dialog.getByRole("button", { name: "End session", exact: true }).click();
    await row.waitFor({ state: "detached" });
    expect((await createAs(userId)).status).toBe(201);
  });
});
