import { type Browser, chromium } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { chromiumPath, hasBrowser } from "../setup/chromium.js";
import { eventsPath } from "../setup/subscribing.js";
import { until } from "../setup/test-server.js";
import { createSession } from "../setup/wires.js";
import { startTwoNodes } from "./setup/cluster.js";
import { createSlowSession, readRow, waitForReply } from "./setup/held.js";
import { startFront } from "./setup/round-robin-front.js";
import { cannotRunCluster } from "./setup/what-is-missing.js";

interface Received {
  readonly contents: readonly string[];
  readonly started: number;
  /** 2 once the browser has given up for good. */
  readonly readyState: number;
}

/** Runs in the browser: subscribes, and returns what it has received at any time. */
const listen = (address: string): void => {
  const source = new EventSource(address);
  const contents: string[] = [];
  let started = 0;
  source.onmessage = ({ data }) => {
    const event = JSON.parse(data);
    if (event.type === "session.started") started += 1;
    if (event.type === "message") contents.push(event.message.content);
  };
  Reflect.set(window, "received", () => ({ contents, started, readyState: source.readyState }));
};

const readReceived = (): Received => Reflect.get(window, "received")();

const cannotRun = (await cannotRunCluster()) || !hasBrowser();

describe.skipIf(cannotRun)("a browser's EventSource", { timeout: 120_000 }, () => {
  let cluster: Awaited<ReturnType<typeof startTwoNodes>>;
  let browser: Browser;
  beforeAll(async () => {
    cluster = await startTwoNodes({ DRAIN_SECONDS: "60" });
    browser = await chromium.launch({ executablePath: chromiumPath ?? "", args: ["--no-sandbox"] });
  }, 60_000);
  afterAll(async () => {
    await browser?.close();
    await cluster?.[Symbol.asyncDispose]();
  });

  it("comes back from a node that drains to the one that follows, without a gap or a repeat", async () => {
    const [leaving, staying] = cluster.nodes;
    const { sessionId } = await createSession(staying.rest);
    // As long as this reply is under way, the node drains and does not leave.
    const slow = await createSlowSession(staying.rest);
    await waitForReply(leaving, slow);
    await using front = await startFront([leaving.url]);
    const page = await browser.newPage();
    await page.route(`${front.url}/page`, (route) =>
      route.fulfill({ contentType: "text/html", body: "<!doctype html><title>A page</title>" }),
    );
    await page.goto(`${front.url}/page`);
    let answers = 0;
    page.on("response", (response) => {
      if (response.url().includes("/events")) answers += 1;
    });
    await page.evaluate(listen, `${front.url}${eventsPath(sessionId)}`);
    await until(async () => (await page.evaluate(readReceived)).started === 1);
    const say = (content: string) =>
      staying.rest.call("sendSessionMessage", { sessionId, content, transport: "http" });
    await say("before");
    await until(async () => (await page.evaluate(readReceived)).contents.length === 2);

    leaving.terminate();
    // The first answer was the stream itself; the others are the draining node's.
    await until(() => answers >= 3, 30_000);
    expect(await readRow(staying.rest, sessionId)).toMatchObject({ listeners: 0 });
    await say("meanwhile");
    front.use([staying.url]);
    await until(async () => (await page.evaluate(readReceived)).started === 2, 30_000);
    await say("after");
    await until(async () => (await page.evaluate(readReceived)).contents.length === 6);
    expect(await page.evaluate(readReceived)).toEqual({
      contents: ["before", "before", "meanwhile", "meanwhile", "after", "after"],
      started: 2,
      readyState: 1,
    });
    await staying.rest.call("endSession", { sessionId: slow.sessionId });
  });
});
