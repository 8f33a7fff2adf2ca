import { readFile } from "node:fs/promises";
import type { BrowserContextOptions, Page } from "playwright-core";
import { describe, expect, it } from "vitest";
import { scrollsSideways, seriousBarriers } from "../setup/browser";
import { hasBrowser } from "../setup/chromium";
import { createCalls } from "../setup/session-calls";
import { useDashboard } from "../setup/use-dashboard";

const adminKey = "an-admin-key-for-tests";
const serviceKey = "a-service-key-for-tests";

describe.skipIf(!hasBrowser())("signing in to the dashboard", { timeout: 90_000 }, () => {
  const dashboard = useDashboard({
    ADJOURN_ADMIN_KEY: `ops:${adminKey}`,
    ADJOURN_SERVICE_KEY: serviceKey,
    TRUST_PROXY: "1",
  });

  /** Each visitor has its own address, as a proxy would report it, so that no test's guesses count for another. */
  let visitors = 0;
  const nextAddress = () => {
    visitors += 1;
    return { "x-forwarded-for": `192.0.2.${visitors}` };
  };
  const newPage = (options: BrowserContextOptions = {}) =>
    dashboard.newPage({ ...options, extraHTTPHeaders: nextAddress() });

  it("asks for the key before it shows anything, and says what is wrong with one", async () => {
    const { page } = await newPage({ viewport: { width: 360, height: 740 } });
    await page.goto("/sessions");
    await page.waitForURL("**/login?next=%2Fsessions");
    expect(await seriousBarriers(page)).toEqual([]);
    expect(await scrollsSideways(page)).toBe(false);
    for (const [key, answer] of [
      ["not-a-key-at-all", "That key is not valid."],
      [serviceKey, "it is not an admin key"],
    ] as const) {
      await page.getByLabel("Admin key", { exact: true }).fill(key);
      await page.getByRole("button", { name: "Sign in", exact: true }).click();
      await page.getByRole("alert").filter({ hasText: answer }).waitFor();
    }
    expect((await page.request.get("/api/trpc/listAgents")).status()).toBe(401);
  });

  it("lets the admin in and out, with the key in no script, address or log", async () => {
    const calls = createCalls(dashboard.servers.api, adminKey);
    const { sessionId } = await calls.create();
    const { page, problems } = await newPage();
    const sent: string[] = [];
    page.on("websocket", (socket) => {
      sent.push(socket.url());
      socket.on("framesent", ({ payload }) => sent.push(String(payload)));
    });
    page.on("request", (request) => {
      sent.push(request.url());
      if (!request.url().endsWith("/api/sign-in")) sent.push(request.postData() ?? "");
    });
    await page.goto("/");
    await page.getByLabel("Admin key", { exact: true }).fill(adminKey);
    await page.getByRole("button", { name: "Sign in", exact: true }).click();
    await page.getByRole("heading", { name: "Overview" }).waitFor();
    await page.getByText("Live", { exact: true }).waitFor();
    await page.goto("/sessions");
    const row = page.getByRole("row").filter({ hasText: sessionId.slice(0, 8) });
    await row.getByRole("button", { name: "End session" }).click();
    await page.getByRole("alertdialog").getByRole("button", { name: "End session" }).click();
    await page.getByRole("status").filter({ hasText: "Session ended" }).waitFor();
    await page.goto(`/endings/${sessionId}`);
    await page.getByText("Ended by admin ops").waitFor();

    const cookies = await page.context().cookies();
    expect(cookies.find(({ name }) => name === "adjourn_admin")).toMatchObject({
      httpOnly: true,
      sameSite: "Strict",
    });
    expect(JSON.stringify(cookies)).not.toContain(adminKey);
    expect(await page.content()).not.toContain(adminKey);
    expect(sent.join("\n")).not.toContain(adminKey);
    expect(dashboard.servers.log()).not.toContain(adminKey);
    expect(problems).toEqual([]);

    await page.getByRole("button", { name: "Sign out" }).click();
    await page.waitForURL("**/login");
    await page.goto("/endings");
    await page.waitForURL("**/login?*");
  });

  const field = (page: Page) => page.getByLabel("Admin key", { exact: true });
  const enter = async (page: Page, key: string) => {
    await field(page).fill(key);
    await page.getByRole("button", { name: "Sign in", exact: true }).click();
  };

  it("leads back to the page that was asked for, with its filters, and takes the key with its name", async () => {
    const { sessionId } = await createCalls(dashboard.servers.api, adminKey).create();
    for (const path of [`/sessions/${sessionId}`, `/sessions?search=${sessionId}`]) {
      const { page } = await newPage();
      await page.goto(path);
      await field(page).and(page.locator(":focus")).waitFor();
      await page.keyboard.type(`ops:${adminKey}`);
      await page.keyboard.press("Enter");
      await page.waitForURL(`**${path.replace("?", "\\?")}`);
      await page.getByText(sessionId.slice(0, 8)).first().waitFor();
    }
  });

  it("leads to no other site", async () => {
    const { page } = await newPage();
    await page.goto("/login?next=//elsewhere.example/sessions");
    await enter(page, adminKey);
    await page.getByRole("heading", { name: "Overview" }).waitFor();
  });

  it("asks again over what is open when the cookie is gone, and leaves dialog and reason as they were", async () => {
    const calls = createCalls(dashboard.servers.api, adminKey);
    const { sessionId } = await calls.create();
    const { page } = await newPage();
    await page.goto(`/sessions/${sessionId}`);
    await enter(page, adminKey);
    await page.getByRole("button", { name: "End session" }).click();
    const dialog = page.getByRole("alertdialog");
    await dialog.getByLabel("Reason", { exact: true }).fill("Typed before the cookie ran out");
    await page.context().clearCookies();
    await dialog.getByRole("button", { name: "End session" }).click();

    await field(page).and(page.locator(":focus")).waitFor();
    expect(await seriousBarriers(page)).toEqual([]);
    await page.keyboard.press("Escape");
    await enter(page, "not-a-key-at-all");
    await page.getByRole("alert").filter({ hasText: "That key is not valid." }).waitFor();
    expect(await calls.state(sessionId)).toBe(200);
    await enter(page, adminKey);

    await field(page).waitFor({ state: "detached" });
    await dialog.getByRole("button", { name: "End session" }).and(page.locator(":focus")).waitFor();
    expect(await dialog.getByLabel("Reason", { exact: true }).inputValue()).toBe(
      "Typed before the cookie ran out",
    );
    await dialog.getByRole("button", { name: "End session" }).click();
    await page.getByRole("status").filter({ hasText: "Session ended" }).waitFor();
    await page.getByText("“Typed before the cookie ran out”").waitFor();
  });

  it("asks in every tab once one has signed out, and no longer once one has signed in", async () => {
    const { page } = await newPage();
    await page.goto("/sessions");
    await enter(page, adminKey);
    await page.getByText("Live", { exact: true }).waitFor();
    const other = await page.context().newPage();
    await other.goto("/");
    await other.getByText("Live", { exact: true }).waitFor();
    // Nothing that the first tab requests by itself may be what it learns this from.
    await page.route("**/api/trpc/**", (route) => route.abort());
    await other.getByRole("button", { name: "Sign out" }).click();
    await page.getByRole("dialog", { name: "You are signed out" }).waitFor();
    await other.waitForURL("**/login");
    await enter(other, adminKey);
    await other.getByRole("heading", { name: "Overview" }).waitFor();
    await page.getByRole("dialog").waitFor({ state: "detached" });
  });

  it("exports a transcript in each format, without the key in the address", async () => {
    const calls = createCalls(dashboard.servers.api, adminKey);
    const { sessionId } = await calls.create();
    await calls.send(sessionId, "Keep this");
    const { page } = await newPage();
    await page.goto(`/sessions/${sessionId}`);
    await enter(page, adminKey);
    for (const [name, extension, beginning] of [
      ["Markdown", "md", "#"],
      ["JSON", "json", "["],
      ["CSV", "csv", "id,"],
    ] as const) {
      const [download] = await Promise.all([
        page.waitForEvent("download"),
        page.getByRole("link", { name, exact: true }).click(),
      ]);
      expect(download.suggestedFilename()).toMatch(new RegExp(`\\.${extension}$`));
      expect(download.url()).not.toContain(adminKey);
      const text = await readFile(await download.path(), "utf8");
      expect(text.startsWith(beginning), text.slice(0, 80)).toBe(true);
      expect(text).toContain("Keep this");
    }
  });

  it("says that it is locked and for how long, also to whoever loads the page again", async () => {
    const { page } = await newPage();
    await page.goto("/login");
    const lock = page.getByText(/^Locked for \d+s$/);
    const seconds = async () => Number(/\d+/.exec((await lock.textContent()) ?? "")?.[0]);
    const answers: number[] = [];
    page.on("response", (response) => {
      if (response.url().endsWith("/api/sign-in")) answers.push(response.status());
    });
    while (!answers.includes(429)) {
      const answered = page.waitForResponse(/api\/sign-in/);
      await enter(page, "a-wrong-guess-of-a-key");
      await answered;
    }
    await lock.waitFor();
    expect(await page.getByRole("alert").filter({ hasText: "Too many wrong keys" }).textContent()).toMatch(
      // A minute, if the guesses took less than a second.
      /locked for \d+[ms]/,
    );
    const first = await seconds();
    expect(first).toBeGreaterThan(0);
    expect(first).toBeLessThanOrEqual(60);
    await expect.poll(seconds).toBeLessThan(first);
    expect(await seriousBarriers(page)).toEqual([]);
    await page.reload();
    await lock.waitFor();
    expect(await seconds()).toBeLessThanOrEqual(first);
  });

  it("works before the page's script has loaded, without the key in the address", async () => {
    const { page } = await newPage({ javaScriptEnabled: false });
    await page.goto("/login");
    await page.getByLabel("Admin key", { exact: true }).fill(adminKey);
    await page.getByRole("button", { name: "Sign in", exact: true }).click();
    await page.getByRole("heading", { name: "Overview" }).waitFor();
    expect(new URL(page.url()).pathname + new URL(page.url()).search).toBe("/");
  });

  it("says that a sign-in has expired, and no longer says so once its cookie is gone", async () => {
    const { page } = await newPage();
    const cookie = { name: "adjourn_admin", url: dashboard.servers.dashboard };
    await page.context().addCookies([{ ...cookie, value: "sealed-with-another-secret" }]);
    await page.goto("/sessions");
    await page.waitForURL("**/login?*");
    await page.getByRole("alert").filter({ hasText: "Your sign-in has expired" }).waitFor();
    await page.context().clearCookies();
    await page.goto("/sessions");
    await page.getByLabel("Admin key", { exact: true }).waitFor();
    expect(await page.getByText("has expired").count()).toBe(0);
  });

  it("refuses calls from other origins", async () => {
    const form = { method: "POST", body: `key=${adminKey}` };
    for (const headers of [
      { origin: "http://elsewhere.example" },
      { "sec-fetch-site": "cross-site" },
    ] as Record<string, string>[]) {
      const answer = await fetch(`${dashboard.servers.dashboard}/api/sign-in`, {
        ...form,
        headers: { ...headers, accept: "application/json" },
      });
      expect(answer.status).toBe(403);
      expect((await fetch(`${dashboard.servers.dashboard}/api/trpc/listAgents`, { headers })).status).toBe(
        403,
      );
    }
  });

  const signIn = (key: string, from: Record<string, string>) =>
    fetch(`${dashboard.servers.dashboard}/api/sign-in`, {
      method: "POST",
      headers: { ...from, accept: "application/json" },
      body: new URLSearchParams({ key }),
    });

  it("limits the wrong guesses of an address, and counts those that come at once", async () => {
    const guesser = nextAddress();
    const guess = () => signIn("a-wrong-guess-of-a-key", guesser);
    const answers = await Promise.all(Array.from({ length: 20 }, guess));
    expect(answers.filter(({ status }) => status === 401).length).toBeLessThanOrEqual(10);
    const last = await guess();
    expect(last.status).toBe(429);
    expect(Number(last.headers.get("retry-after"))).toBeGreaterThan(0);
  });

  it("keeps no admin out for what another address guesses", async () => {
    const guesser = nextAddress();
    for (let guess = 0; guess < 11; guess += 1) await signIn("a-wrong-guess-of-a-key", guesser);
    expect((await signIn(adminKey, guesser)).status).toBe(429);
    expect((await signIn(adminKey, nextAddress())).status).toBe(200);
  });
});
