import type { Page } from "playwright-core";
import { beforeAll, describe, expect, it } from "vitest";
import { barriers } from "../setup/browser";
import { hasBrowser } from "../setup/chromium";
import { createCalls } from "../setup/session-calls";
import { useDashboard } from "../setup/use-dashboard";

const adminKey = "an-admin-key-for-tests-of-barriers";
const narrowAndWide = [360, 1280, 1920];

interface State {
  readonly name: string;
  /** `{live}` and `{ended}` stand for ids of sessions. */
  readonly path: string;
  /** What is there once the page is. */
  readonly text: string;
  /** Opens what the page shows on demand. */
  readonly open?: (page: Page) => Promise<unknown>;
  readonly widths?: readonly number[];
}

const press = (name: string) => (page: Page) => page.getByRole("button", { name }).first().click();
const sessions = { path: "/sessions", text: "Good morning" };
const endedSession = { path: "/sessions/{ended}", text: "This session ended" };

const states: readonly State[] = [
  { name: "overview", path: "/", text: "began with" },
  { name: "sessions", ...sessions },
  { name: "no session", path: "/sessions?q=nothing", text: "No live session matches" },
  { name: "session", path: "/sessions/{live}", text: "Timeout settings" },
  { name: "ended session", ...endedSession },
  { name: "endings", path: "/endings", text: "It is late" },
  { name: "blocks", path: "/blocks", text: "Sends spam" },
  { name: "agents", path: "/agents", text: "Repeats the message word by word" },
  { name: "webhooks", path: "/webhooks", text: "Nothing was sent" },
  { name: "no page", path: "/nowhere", text: "There is no such page" },
  { name: "end dialog", ...sessions, open: press("End session") },
  {
    name: "bulk end dialog",
    ...sessions,
    open: async (page) => {
      await page.getByRole("checkbox", { name: "Select all" }).check();
      await press("End 2 sessions")(page);
    },
  },
  { name: "unblock dialog", path: "/blocks", text: "Sends spam", open: press("Unblock") },
  { name: "erase dialog", ...endedSession, open: press("Erase user") },
  { name: "columns menu", ...sessions, open: press("Columns"), widths: [1280, 1920] },
  {
    name: "palette",
    ...sessions,
    open: async (page) => {
      await page.keyboard.press("Control+k");
      // Before its code is there, the dialog is an input alone: axe would meet the palette while it fades in.
      await page.getByRole("option").first().waitFor();
    },
  },
  { name: "help", ...sessions, open: (page) => page.keyboard.press("?") },
];

describe.skipIf(!hasBrowser())("axe finds no barrier, narrow and wide, light and dark", () => {
  const dashboard = useDashboard({ ADJOURN_ADMIN_KEY: `ops:${adminKey}` });
  let page: Page;
  const ids = { live: "", ended: "" };

  const expectNoBarrier = async (widths = narrowAndWide as readonly number[]) => {
    for (const width of widths) {
      await page.setViewportSize({ width, height: 900 });
      await page.emulateMedia({ colorScheme: "light" });
      expect(await barriers(page), `at ${width}, light`).toEqual([]);
      await page.emulateMedia({ colorScheme: "dark" });
      // The themes differ in colours alone.
      expect(await barriers(page, ["color-contrast"]), `at ${width}, dark`).toEqual([]);
    }
  };

  beforeAll(async () => {
    ({ page } = await dashboard.newPage());
    const calls = createCalls(dashboard.servers.api, adminKey);
    const live = await calls.create();
    await calls.send(live.sessionId, "Good morning");
    await calls.create();
    const ended = await calls.create();
    await calls.send(ended.sessionId, "Good night");
    await calls.end(ended.sessionId, "It is late");
    await calls.block(ended.userId, "Sends spam");
    Object.assign(ids, { live: live.sessionId, ended: ended.sessionId });
  }, 60_000);

  it("sign-in", { timeout: 90_000 }, async () => {
    await page.goto("/sessions");
    await page.getByLabel("Admin key", { exact: true }).waitFor();
    await expectNoBarrier();
    await page.getByLabel("Admin key", { exact: true }).fill(adminKey);
    await page.getByRole("button", { name: "Sign in", exact: true }).click();
    await page.getByRole("heading", { name: "Sessions" }).waitFor();
  });

  it.each(states)("$name", { timeout: 90_000 }, async ({ path, text, open, widths }) => {
    await page.setViewportSize({ width: 1280, height: 900 });
    await page.goto(path.replace("{live}", ids.live).replace("{ended}", ids.ended));
    await page.getByText(text).first().waitFor();
    await open?.(page);
    if (open) await page.getByRole("dialog").or(page.getByRole("alertdialog")).first().waitFor();
    await expectNoBarrier(widths);
  });
});
