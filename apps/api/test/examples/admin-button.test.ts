import type { ChildProcess } from "node:child_process";
import { type Browser, chromium } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { chromiumPath, hasBrowser } from "../setup/chromium.js";
import { adminKey, serviceKey, startTestServer, type TestServer, userId } from "../setup/test-server.js";
import { createSession, restWire, type Wire } from "../setup/wires.js";
import { firstLine, killExample, startExample } from "./run-example.js";

describe.runIf(hasBrowser())("the admin button in a React app of its own", () => {
  let server: TestServer;
  let wire: Wire;
  let app: ChildProcess;
  let url: string;
  let browser: Browser;
  beforeAll(async () => {
    server = await startTestServer({ ADJOURN_ADMIN_KEY: adminKey, ADJOURN_SERVICE_KEY: serviceKey });
    wire = restWire(server.url, { key: adminKey });
    app = await startExample("admin-button", {
      PORT: "0",
      ADJOURN_URL: server.url,
      ADJOURN_KEY: serviceKey,
    });
    url = await firstLine(app);
    browser = await chromium.launch({ executablePath: chromiumPath ?? "", args: ["--no-sandbox"] });
  });
  afterAll(async () => {
    await browser?.close();
    killExample(app);
    await server?.[Symbol.asyncDispose]();
  });

  it("ends all chats of the customer once it is confirmed, and those of no other", async () => {
    const ids = [await createSession(wire), await createSession(wire)].map(({ sessionId }) => sessionId);
    const other = await createSession(wire, { userId: "00000000-0000-4000-8000-0000000000bb" });
    const page = await browser.newPage();
    page.setDefaultTimeout(30_000);
    const sent: string[] = [];
    page.on("request", (request) => sent.push(JSON.stringify(request.headers())));
    await page.goto(`${url}/#${userId}`);
    await page.getByRole("button", { name: "End chats (2)" }).click();
    const dialog = page.getByRole("alertdialog");
    await dialog.getByRole("button", { name: "Cancel" }).click();
    expect((await wire.call("getSession", { sessionId: ids[0] })).status).toBe(200);
    await page.getByRole("button", { name: "End chats (2)" }).click();
    await dialog.getByLabel("Reason").fill("account closed");
    await dialog.getByRole("button", { name: "End chats" }).click();
    await page.getByRole("status").filter({ hasText: "Chats ended: 2" }).waitFor();
    await page.getByRole("button", { name: "End chats (0)", disabled: true }).waitFor();
    for (const sessionId of ids)
      expect((await wire.call("getEnding", { sessionId })).body).toMatchObject({
        cause: "bulk",
        reason: "account closed",
        endedBy: "service",
      });
    expect((await wire.call("getSession", { sessionId: other.sessionId })).status).toBe(200);
    expect(sent.join()).not.toContain(serviceKey);
  });

  it("does not accept a form of another site as a click", async () => {
    const { sessionId } = await createSession(wire);
    const answer = await fetch(`${url}/customers/${userId}/end-chats`, {
      method: "POST",
      headers: { "Content-Type": "text/plain", Origin: "https://evil.example" },
      body: JSON.stringify({ reason: "forged" }),
    });
    expect(answer.status).toBe(400);
    expect((await wire.call("getSession", { sessionId })).status).toBe(200);
  });
});
