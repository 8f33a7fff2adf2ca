import { printPageOnFailure } from "@adjourn/testkit";
import { chromium, type Page } from "playwright-core";
import { chromiumPath } from "../setup/chromium.js";
import { startTestServer } from "../setup/test-server.js";
import { type PageExample, servePage } from "./serve-page.js";

export interface ChatExample extends AsyncDisposable {
  /** The API's address. */
  readonly url: string;
  /** The page of a session, or of a new one. */
  open(sessionId?: string): Promise<Page>;
}

/** A server, the page of an example, and a browser. */
export const startChatExample = async (
  example: PageExample,
  env: NodeJS.ProcessEnv = {},
): Promise<ChatExample> => {
  const server = await startTestServer(env);
  const pages = await servePage(example, server.url);
  const browser = await chromium.launch({ executablePath: chromiumPath ?? "", args: ["--no-sandbox"] });
  return {
    url: server.url,
    open: async (sessionId = "") => {
      const page = await browser.newPage();
      printPageOnFailure(page);
      page.setDefaultTimeout(30_000);
      await page.goto(`${pages.resolvedUrls?.local[0]}#${sessionId}`);
      return page;
    },
    [Symbol.asyncDispose]: async () => {
      await browser.close();
      await pages.close();
      await server[Symbol.asyncDispose]();
    },
  };
};

export const say = async (page: Page, text: string): Promise<void> => {
  await page.getByLabel("Message").fill(text);
  await page.getByRole("button", { name: "Send", disabled: false }).click();
};

export const sessionOf = (page: Page): string => new URL(page.url()).hash.slice(1);

/** A text that an agent takes some seconds to repeat. */
export const words = Array.from({ length: 60 }, (_, index) => `w${index}`).join(" ");

export const reply = (page: Page) => page.locator(".assistant");
