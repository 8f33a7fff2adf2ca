import { once } from "node:events";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { returnUntilShown, scrollsSideways, seriousBarriers, settled } from "../setup/browser";
import { hasBrowser } from "../setup/chromium";
import { useDashboard } from "../setup/use-dashboard";

/** The text of the cells that are too narrow for it. */
const overflowing = (cells: readonly Element[]): readonly (string | null)[] =>
  cells.filter((cell) => cell.scrollWidth > cell.clientWidth).map((cell) => cell.textContent);

describe.skipIf(!hasBrowser())("the deliveries of webhooks in the dashboard", { timeout: 90_000 }, () => {
  let folder: string;
  let receiver: Server;
  let answer = { status: 503, text: "Closed for <b>stocktaking</b>" };
  const receivedIds: string[] = [];

  const dashboard = useDashboard(async () => {
    receiver = createServer((request, response) => {
      receivedIds.push(String(request.headers["webhook-id"]));
      request.resume();
      response.writeHead(answer.status).end(answer.text);
    }).listen(0, "127.0.0.1");
    await once(receiver, "listening");
    const { port } = receiver.address() as AddressInfo;
    folder = await mkdtemp(join(tmpdir(), "adjourn-webhooks-"));
    const file = join(folder, "webhooks.json");
    const url = `http://127.0.0.1:${port}/`;
    const endpoint = { id: "billing", url, secretEnv: "BILLING_SECRET", events: ["session.created"] };
    await writeFile(file, JSON.stringify([endpoint]));
    return {
      WEBHOOKS_FILE: file,
      WEBHOOKS_ALLOW_PRIVATE: "1",
      BILLING_SECRET: `whsec_${Buffer.alloc(32, 7).toString("base64")}`,
    };
  });
  afterAll(async () => {
    receiver?.close();
    if (folder) await rm(folder, { recursive: true, force: true });
  });

  it("are listed with every attempt and its answer, can be filtered, and sent again", async () => {
    const { page, problems } = await dashboard.newPage();
    await page.goto("/");
    await page.getByRole("navigation", { name: "Main" }).getByRole("link", { name: "Webhooks" }).click();
    await page.getByText("Nothing was sent in the last 7 days").waitFor();
    expect(await seriousBarriers(page)).toEqual([]);

    const { sessionId } = await dashboard.calls.create();
    await page.reload();
    const row = page.locator("tr[data-row]").filter({ hasText: sessionId.slice(0, 8) });
    await row.getByText("Status 503").first().waitFor();
    await row.getByText("Pending", { exact: true }).waitFor();
    await row.getByText("billing", { exact: true }).waitFor();
    await row.getByRole("button", { name: "session.created" }).click();
    // As text: an answer is a stranger's.
    await row.getByText("Closed for <b>stocktaking</b>").first().waitFor();
    expect(await seriousBarriers(page)).toEqual([]);

    answer = { status: 204, text: "" };
    await row.getByRole("button", { name: "Send again" }).click();
    await page.getByRole("status").filter({ hasText: "Sending again" }).waitFor();
    await row.getByText("Delivered", { exact: true }).waitFor();
    await row.getByText("Status 204").first().waitFor();
    expect(new Set(receivedIds)).toEqual(new Set([await row.getAttribute("data-row")]));

    await page.getByRole("combobox", { name: "Status" }).selectOption("Failed");
    await page.getByText("No delivery matches").waitFor();
    expect(new URL(page.url()).searchParams.get("status")).toBe("failed");
    await page.getByRole("search").getByRole("button", { name: "Clear filters" }).click();
    await page.getByRole("combobox", { name: "Endpoint" }).selectOption("billing");
    await row.waitFor();

    for (const width of [768, 1024, 1280]) {
      await page.setViewportSize({ width, height: 740 });
      await settled(page);
      expect(await row.locator("td:not(.truncate)").evaluateAll(overflowing), `at ${width}`).toEqual([]);
    }
    await page.setViewportSize({ width: 360, height: 740 });
    expect(await scrollsSideways(page)).toBe(false);
    expect(await seriousBarriers(page)).toEqual([]);
    expect(problems).toEqual([]);
  });

  it("stay in place while one is aimed at, and come in when asked", async () => {
    const first = await dashboard.calls.create();
    const { page } = await dashboard.newPage();
    await page.goto("/webhooks");
    const rowOf = (sessionId: string) =>
      page.locator("tr[data-row]").filter({ hasText: sessionId.slice(0, 8) });
    const resend = rowOf(first.sessionId).getByRole("button", { name: "Send again" });
    await resend.hover();
    const before = await resend.boundingBox();
    const second = await dashboard.calls.create();
    const waiting = page.getByRole("button", { name: "1 new" });
    await returnUntilShown(page, waiting);
    expect(await resend.boundingBox()).toEqual(before);
    expect(await rowOf(second.sessionId).count()).toBe(0);
    await waiting.click();
    await rowOf(second.sessionId).waitFor();
  });

  it("say what is wrong while nothing answers, and claim nothing", async () => {
    await dashboard.servers.stopApi();
    const { page } = await dashboard.newPage();
    await page.goto("/webhooks");
    await page.getByText("The deliveries can't be shown").waitFor();
    expect(await page.getByText("Nothing was sent").count()).toBe(0);
    await dashboard.servers.startApi();
  });
});
