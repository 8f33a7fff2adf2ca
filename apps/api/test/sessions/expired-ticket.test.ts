import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { type Browser, chromium } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { chromiumPath, hasBrowser } from "../setup/chromium.js";
import { temporaryFolder } from "../setup/server-process.js";
import { adminKey, startTestServer, until } from "../setup/test-server.js";
import { createSession, restWire } from "../setup/wires.js";

const page = new URL("../../../../docs/rest-api.md", import.meta.url);

/** The page's code as the documentation shows it. */
const readSubscribe = async (): Promise<string> => {
  const code = /```js\n([\s\S]*?)```/.exec(await readFile(page, "utf8"))?.[1];
  if (code === undefined) throw new Error("the documentation shows no code");
  return code;
};

interface Received {
  readonly type: string;
  readonly message?: { readonly content: string; readonly isAgent: boolean };
}

describe.skipIf(!hasBrowser())("a page whose ticket has expired", { timeout: 60_000 }, () => {
  let browser: Browser;
  beforeAll(async () => {
    browser = await chromium.launch({ executablePath: chromiumPath ?? "", args: ["--no-sandbox"] });
  }, 60_000);
  afterAll(() => browser?.close());

  it("reconnects with a new one after the last event, with the code in the documentation", async () => {
    await using folder = await temporaryFolder();
    const env = {
      DATABASE_URL: `file:${join(folder.path, "adjourn.db")}`,
      ADJOURN_ADMIN_KEY: adminKey,
    };
    const before = await startTestServer({ ...env, ADJOURN_SECRET: "the-first-secret-of-these-two-servers" });
    const wire = restWire(before.url, { key: adminKey });
    const { sessionId } = await createSession(wire);
    const say = (content: string) =>
      wire.call("sendSessionMessage", { sessionId, content, transport: "http" });

    const tab = await browser.newPage();
    await tab.route(`${before.url}/page`, (route) =>
      route.fulfill({ contentType: "text/html", body: "<!doctype html><title>A page</title>" }),
    );
    await tab.goto(`${before.url}/page`);
    const received: Received[] = [];
    let tickets = 0;
    await tab.exposeFunction("received", (event: Received) => void received.push(event));
    await tab.exposeFunction("ticketFor", async () => {
      tickets += 1;
      return (await wire.call("issueTicket")).body.ticket;
    });
    await tab.evaluate(`${await readSubscribe()}
      subscribe(location.origin, ${JSON.stringify(sessionId)}, window.ticketFor, window.received);`);
    const started = () => received.filter(({ type }) => type === "session.started").length;
    const said = () =>
      received.flatMap(({ message }) => (message && !message.isAgent ? [message.content] : []));
    await until(() => started() === 1);
    await say("before");
    await until(() => said().length === 1);

    await before.close();
    // Under another secret the ticket in the browser's address is no good any more.
    await using _after = await startTestServer({
      ...env,
      PORT: new URL(before.url).port,
      ADJOURN_SECRET: "the-second-secret-of-these-two-servers",
    });
    await say("meanwhile");
    await until(() => started() === 2, 30_000);
    await say("after");
    await until(() => said().length === 3);
    expect(said()).toEqual(["before", "meanwhile", "after"]);
    expect(tickets).toBeGreaterThanOrEqual(2);
    await wire.call("endSession", { sessionId });
    await until(() => received.at(-1)?.type === "session.ended");
    await tab.close();
    await before[Symbol.asyncDispose]();
  });
});
