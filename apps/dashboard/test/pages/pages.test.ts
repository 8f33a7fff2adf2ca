import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { request } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { scrollsSideways, seriousBarriers, settled } from "../setup/browser";
import { hasBrowser } from "../setup/chromium";
import { typewriterId } from "../setup/session-calls";
import { useDashboard } from "../setup/use-dashboard";

const longNamedId = "00000000-0000-4000-8000-00000000000a";
const longName = "AgentWithANameAsLongAsNamesMayBe".repeat(4).slice(0, 100);

/** The answer to whoever calls the dashboard by this name. */
const statusAs = (host: string, url: string, method = "GET"): Promise<number | undefined> =>
  new Promise((resolve, reject) => {
    request(url, { method, headers: { host } }, (response) => {
      response.resume();
      resolve(response.statusCode);
    })
      .on("error", reject)
      .end();
  });

describe.skipIf(!hasBrowser())("the dashboard's pages", { timeout: 90_000 }, () => {
  let folder: string;
  const dashboard = useDashboard(async () => {
    folder = await mkdtemp(join(tmpdir(), "adjourn-agents-"));
    const agentsFile = join(folder, "agents.json");
    await writeFile(agentsFile, JSON.stringify([{ id: longNamedId, name: longName, kind: "typewriter" }]));
    return { AGENTS_FILE: agentsFile };
  });

  afterAll(async () => {
    if (folder) await rm(folder, { recursive: true, force: true });
  });
  const paths: Record<string, string> = {};

  it("offer a demo session while there is none, whose reply is then seen as it is written", async () => {
    await dashboard.calls.endEverything();
    const { page, problems } = await dashboard.newPage();
    await page.goto("/sessions");
    await page.getByText("No session is live").waitFor();
    expect(await seriousBarriers(page)).toEqual([]);
    await page.getByRole("button", { name: "Start a demo session" }).last().click();
    await page.getByText("writing…").waitFor();
    await page.getByText("This meeting has no agenda").nth(1).waitFor();
    await page.getByRole("button", { name: "End session" }).click();
    await page.getByRole("alertdialog").getByRole("button", { name: "End session" }).click();
    await page.getByRole("status").filter({ hasText: "Session ended" }).waitFor();
    await page.getByText("cut off by the end").waitFor();
    expect(problems).toEqual([]);
  });

  it("say of a filter in the address that is none what is wrong with it, and show nothing instead of all", async () => {
    const { page } = await dashboard.newPage();
    for (const path of ["/sessions", "/endings"]) {
      await page.goto(`${path}?userId=somebody`);
      await page.getByText("userId: Invalid UUID").waitFor();
      await page.getByRole("button", { name: "Clear filters" }).click();
      await page.getByText("userId:").waitFor({ state: "detached" });
    }
  });

  it("have no serious barrier and no sideways scroll, wide and narrow, light and dark", async () => {
    const live = await dashboard.calls.create(longNamedId);
    await dashboard.calls.send(
      live.sessionId,
      "Good morning, a rather-long-word-without-any-place-to-break-it-anywhere",
    );
    const ended = await dashboard.calls.create(longNamedId);
    await dashboard.calls.send(ended.sessionId, "Good night");
    await dashboard.calls.end(
      ended.sessionId,
      "It is late, and this reason is about as long as a reason may be, or so it seems",
    );
    Object.assign(paths, {
      "/": "Live feed",
      "/sessions": live.sessionId.slice(0, 8),
      [`/sessions/${live.sessionId}`]: "Timeout settings",
      [`/sessions/${ended.sessionId}`]: "This session ended",
      "/endings": ended.sessionId.slice(0, 8),
      [`/endings/${ended.sessionId}`]: "Listeners dropped",
      "/agents": "Repeats the message word by word",
      "/sessions/unknown": "There is no such session",
      "/endings/unknown": "There is no such session",
      "/nowhere": "There is no such page",
    });
    for (const [width, colorScheme] of [
      [1280, "light"],
      [360, "dark"],
    ] as const) {
      const { page, problems } = await dashboard.newPage({
        viewport: { width, height: 740 },
        colorScheme,
      });
      for (const [path, text] of Object.entries(paths)) {
        await page.goto(path);
        await page.getByText(text).first().waitFor();
        const where = `${path} at ${width}, ${colorScheme}`;
        expect(await seriousBarriers(page), where).toEqual([]);
        for (const narrower of [width, 1024, 768].filter((one) => one <= width)) {
          await page.setViewportSize({ width: narrower, height: 740 });
          expect(await scrollsSideways(page), `${path} at ${narrower}`).toBe(false);
        }
        await page.setViewportSize({ width, height: 740 });
      }
      await page.goto("/sessions");
      await page.getByRole("button", { name: "End session" }).first().click();
      // It grows when it knows what will be cut.
      await page.getByRole("alertdialog").getByText("listener").first().waitFor();
      expect(await seriousBarriers(page), `the dialog at ${width}`).toEqual([]);
      expect(problems.filter((text) => !text.includes("404"))).toEqual([]);
      await page.context().close();
    }
  }, 180_000);

  it("show the first and the last day of a range side by side, at every width", async () => {
    const [live, ended] = [await dashboard.calls.create(), await dashboard.calls.create()];
    expect(await dashboard.calls.end(ended.sessionId)).toBe(200);
    const { page } = await dashboard.newPage();
    for (const [path, { sessionId }] of [
      ["/sessions", live],
      ["/endings", ended],
    ] as const) {
      await page.goto(path);
      await page
        .getByRole("row")
        .filter({ hasText: sessionId.slice(0, 8) })
        .waitFor();
      for (const width of [360, 768, 1280]) {
        await page.setViewportSize({ width, height: 740 });
        const tops = await page
          .locator("input[type=date]")
          .evaluateAll((days) => days.map((day) => day.getBoundingClientRect().top));
        expect(tops, `${path} at ${width}`).toEqual([tops[0], tops[0]]);
      }
    }
  });

  it("say a chart's value at the pointer and by the arrow keys", async () => {
    await dashboard.calls.create();
    const { page, problems } = await dashboard.newPage();
    await page.goto("/");
    const chart = page.getByRole("img", { name: /^Live sessions from/ });
    await chart.waitFor();
    const box = await chart.boundingBox();
    const middle = (box?.y ?? 0) + (box?.height ?? 0) / 2;
    const readout = page.getByText(/^\d\d:\d\d: [\d,]+ live$/);
    await page.mouse.move((box?.x ?? 0) + 4, middle);
    const atStart = await readout.textContent();
    await page.mouse.move((box?.x ?? 0) + (box?.width ?? 0) / 2, middle);
    await expect.poll(() => readout.textContent()).not.toBe(atStart);
    expect(await seriousBarriers(page)).toEqual([]);
    await page.mouse.move(2, 2);
    await readout.waitFor({ state: "detached" });
    const slider = page.getByRole("slider", { name: "Live sessions at a moment" });
    await slider.focus();
    await page.keyboard.press("Home");
    // The values of the chart are read anew from time to time.
    await expect
      .poll(async () => (await readout.textContent()) === (await slider.getAttribute("aria-valuetext")))
      .toBe(true);
    expect(problems).toEqual([]);
  });

  it("keep search and filters in the address", async () => {
    const { sessionId, userId } = await dashboard.calls.create();
    const { page } = await dashboard.newPage();
    await page.goto(`/sessions?userId=${userId}`);
    await page.getByText("1 matching").waitFor();
    await page.getByRole("combobox", { name: "Agent" }).selectOption({ label: "Typewriter" });
    await page.getByText("No live session matches").waitFor();
    expect(new URL(page.url()).searchParams.get("agentId")).toBe(typewriterId);
    await page.getByRole("button", { name: "Clear filters" }).first().click();
    await page.getByRole("searchbox").fill(sessionId.slice(0, 13).toUpperCase());
    await page.getByText("1 matching").waitFor();
    expect(new URL(page.url()).searchParams.get("search")).toBe(sessionId.slice(0, 13).toUpperCase());
  });

  it("put only the rows in view into the page, however many there are", async () => {
    const userId = crypto.randomUUID();
    for (let from = 0; from < 300; from += 50)
      await Promise.all(Array.from({ length: 50 }, () => dashboard.calls.create(undefined, userId)));
    const { page } = await dashboard.newPage();
    await page.goto(`/sessions?userId=${userId}`);
    await page.getByText("300 matching").waitFor();
    await settled(page);
    expect(await page.getByRole("row").count()).toBeLessThan(60);
    const lastRow = page.locator('tr[aria-rowindex="301"]');
    // The list grows as it is scrolled, at its own pace; the test's own time is the bound.
    while ((await lastRow.count()) === 0) await page.mouse.wheel(0, 2_000);
    await lastRow.waitFor();
    expect(await dashboard.calls.end(await sessionIdIn(lastRow), "The last of many")).toBe(200);
    await page.getByText("299 matching").waitFor();
  });

  const sessionIdIn = async (row: import("playwright-core").Locator): Promise<string> =>
    (await row.getByRole("link").first().getAttribute("title")) ?? "";

  it("save timeout settings and renew, and say why a setting is refused", async () => {
    const { sessionId } = await dashboard.calls.create();
    const { page } = await dashboard.newPage();
    await page.goto(`/sessions/${sessionId}`);
    await page.getByLabel("Timeout", { exact: true }).fill("2");
    await page.getByRole("button", { name: "Save" }).click();
    await page.getByRole("alert").filter({ hasText: "timeoutMinutes must be" }).waitFor();
    await page.getByLabel("Timeout", { exact: true }).fill("60");
    await page.getByRole("button", { name: "Save" }).click();
    await page.getByRole("status").filter({ hasText: "Timeout settings saved" }).waitFor();
    await page.getByText(/^(1:00:00|59:\d\d)$/).waitFor();
    await page.getByRole("button", { name: "Renew" }).click();
    await page.getByRole("status").filter({ hasText: "Session renewed" }).waitFor();
  });

  it("show a lost connection, and heal by themselves with nothing stale left", async () => {
    const { sessionId } = await dashboard.calls.create();
    const { page } = await dashboard.newPage();
    await page.goto(`/sessions?search=${sessionId}`);
    const row = page.getByRole("row").filter({ hasText: sessionId.slice(0, 8) });
    await row.waitFor();
    await page.getByText("Live", { exact: true }).waitFor();
    await dashboard.servers.stopApi();
    await page.getByRole("alert").filter({ hasText: "Connection lost" }).waitFor();
    await dashboard.servers.startApi();
    expect(await dashboard.calls.end(sessionId)).toBe(200);
    await row.waitFor({ state: "detached" });
    await page.getByText("Live", { exact: true }).waitFor();
    await page.getByText("Connection lost").waitFor({ state: "detached" });
  });

  it("that are opened while nothing answers claim nothing, and fill by themselves", async () => {
    const ended = await dashboard.calls.create();
    expect(await dashboard.calls.end(ended.sessionId)).toBe(200);
    const { sessionId } = await dashboard.calls.create();
    await dashboard.servers.stopApi();
    const { page } = await dashboard.newPage();
    for (const [path, title] of [
      ["/sessions", "The sessions can't be shown"],
      ["/endings", "The endings can't be shown"],
      ["/agents", "The agents can't be shown"],
      [`/sessions/${sessionId}`, "The session can't be shown"],
      ["/", "The Adjourn API can't be reached"],
    ] as const) {
      await page.goto(path);
      await page.getByText(title).first().waitFor();
      await page.getByRole("alert").filter({ hasText: "Connection lost" }).waitFor();
    }
    expect(await page.locator("main").innerText()).not.toMatch(/Quiet so far|No session|\b0\b/);
    await dashboard.servers.startApi();
    await page.getByText("Requested").first().waitFor();
    await page.getByText("Live", { exact: true }).waitFor();
  }, 180_000);

  it("say that there is nothing where the address can name no session", async () => {
    const { page } = await dashboard.newPage();
    for (const [path, title] of [
      ["/sessions/%25", "There is no such session"],
      ["/endings/%25", "There is no such session"],
      [`/sessions/${"x".repeat(129)}`, "There is no such page"],
      [`/endings/${"x".repeat(129)}`, "There is no such page"],
    ] as const) {
      await page.goto(path);
      await page.getByRole("heading", { name: title, level: 1 }).waitFor();
    }
  });

  it("answer without keys by this machine's own names alone, whatever is asked for", async () => {
    const script =
      /\/_next\/static\/[^"]+\.js/.exec(await (await fetch(dashboard.servers.dashboard)).text())?.[0] ?? "";
    expect(script).not.toBe("");
    for (const path of [
      "/",
      "/sessions",
      "/nowhere",
      "/icon.svg",
      script,
      "/api/trpc/listAgents",
      "/api/sign-out",
    ]) {
      const method = path === "/api/sign-out" ? "POST" : "GET";
      expect(await statusAs("evil.example", dashboard.servers.dashboard + path, method), path).toBe(403);
      expect(await statusAs("localhost:3001", dashboard.servers.dashboard + path, method), path).not.toBe(
        403,
      );
    }
  });
});
