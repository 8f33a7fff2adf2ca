import { type Browser, chromium } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { chromiumPath, hasBrowser } from "../setup/chromium.js";
import { startTestServer, type TestServer } from "../setup/test-server.js";

describe.skipIf(!hasBrowser())("the page of the API, in a browser", () => {
  let server: TestServer;
  let browser: Browser;
  beforeAll(async () => {
    server = await startTestServer();
    browser = await chromium.launch({ executablePath: chromiumPath ?? "", args: ["--no-sandbox"] });
  }, 60_000);
  afterAll(async () => {
    await browser?.close();
    await server?.[Symbol.asyncDispose]();
  });

  it.each([1_280, 360])(
    "shows itself under its policy and needs no scrolling sideways, %s px wide",
    async (width) => {
      const page = await browser.newPage({ viewport: { width, height: 800 } });
      const asked: string[] = [];
      const said: string[] = [];
      page.on("request", (request) => asked.push(request.url()));
      page.on("console", (message) => said.push(message.text()));
      await page.goto(`${server.url}/docs`);
      const seen = await page.evaluate(() => {
        for (const details of document.querySelectorAll("details")) details.open = true;
        const wide = [...document.querySelectorAll("html, body *")]
          .filter(({ scrollWidth, clientWidth }) => clientWidth > 0 && scrollWidth > clientWidth + 1)
          .map(({ tagName, textContent }) => `${tagName} ${textContent?.slice(0, 60)}`);
        return { maxWidth: getComputedStyle(document.body).maxWidth, wide };
      });
      // The style is the page's own, so the policy has let it in.
      expect(seen).toEqual({ maxWidth: "960px", wide: [] });
      expect(said).toEqual([]);
      expect(asked).toEqual([`${server.url}/docs`]);
    },
    60_000,
  );
});
