import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { type BrowserContextOptions, chromium, type Page } from "playwright-core";
import { chromiumPath } from "./chromium";

/** A browser that opens pages, and remembers what went wrong in them. */
export const openBrowser = async () => {
  const browser = await chromium.launch({ executablePath: chromiumPath ?? "", args: ["--no-sandbox"] });
  return {
    newPage: async (baseURL: string, options: BrowserContextOptions = {}) => {
      const context = await browser.newContext({
        baseURL,
        viewport: { width: 1280, height: 800 },
        ...options,
      });
      const page = await context.newPage();
      page.setDefaultTimeout(30_000);
      const problems: string[] = [];
      page.on("pageerror", (error) => problems.push(error.message));
      page.on("console", (message) => {
        if (message.type() === "error") problems.push(message.text());
      });
      return { page, problems };
    },
    close: () => browser.close(),
  };
};

const axePath = createRequire(import.meta.url).resolve("axe-core/axe.min.js");
let axeSource: string | undefined;

/** The serious and critical barriers that axe finds on the page as it is now. */
export const seriousBarriers = async (page: Page): Promise<readonly string[]> => {
  axeSource ??= await readFile(axePath, "utf8");
  // Given to the page by the debugger, which its policy does not bind.
  await page.evaluate(axeSource);
  return page.evaluate(async () => {
    const { axe } = window as Window & { axe?: { run(): Promise<AxeResults> } };
    const results = await axe?.run();
    return (results?.violations ?? [{ id: "axe did not run", impact: "serious", nodes: [] }])
      .filter(({ impact }) => impact === "serious" || impact === "critical")
      .map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html.slice(0, 200)).join(" | ")}`);
  });
};

interface AxeResults {
  readonly violations: readonly {
    readonly id: string;
    readonly impact: string;
    readonly nodes: readonly { readonly html: string }[];
  }[];
}

/** Whether the page is wider than its window. */
export const scrollsSideways = (page: Page): Promise<boolean> =>
  page.evaluate(() => document.documentElement.scrollWidth > window.innerWidth);
