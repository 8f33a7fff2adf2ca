import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { printPageOnFailure } from "@adjourn/testkit";
import { type BrowserContextOptions, chromium, type Locator, type Page } from "playwright-core";
import { expect } from "vitest";
import { chromiumPath } from "./chromium";

/** A browser whose pages collect their console and script errors. */
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
      printPageOnFailure(page);
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

/**
 * Waits until no animation has run for some frames. Call it before measuring sizes, positions or colours: Playwright
 * treats an element at opacity 0 as visible, and axe skips its text. Endless animations are paused at their start.
 */
export const settled = async (page: Page): Promise<void> => {
  // Not `waitForFunction`: it takes the promise of an async function for its truthy answer, and waits for nothing.
  await page.evaluate(async () => {
    const isMoving = (animation: Animation): boolean => {
      if (animation.effect?.getComputedTiming().endTime !== Number.POSITIVE_INFINITY)
        return animation.playState !== "finished";
      animation.pause();
      animation.currentTime = 0;
      return false;
    };
    await document.fonts.ready;
    // A transition that a state change or the pointer starts begins a frame or two after what caused it.
    for (let stillFrames = 0; stillFrames < 5; ) {
      await new Promise(requestAnimationFrame);
      stillFrames = document.getAnimations().some(isMoving) ? 0 : stillFrames + 1;
    }
  });
};

/** Returns to the page as to a tab that was in the background, which requests its lists again, until `locator` is shown. */
export const returnUntilShown = (page: Page, locator: Locator): Promise<void> =>
  expect
    .poll(
      async () => {
        await page.evaluate(() => window.dispatchEvent(new Event("visibilitychange")));
        return locator.isVisible();
      },
      { timeout: 30_000, interval: 250 },
    )
    .toBe(true);

/** Resolves once the page receives a session's events. Call it before the page is loaded. */
export const receivesSession = (page: Page): Promise<void> =>
  new Promise((resolve) => {
    page.on("websocket", (socket) =>
      socket.on("framereceived", ({ payload }) => {
        if (String(payload).includes('"session.started"')) resolve();
      }),
    );
  });

/** Lets a page's calls to such addresses through until they are stopped; none is under way then. */
export const interceptCalls = async (page: Page, address: RegExp): Promise<{ stop(): Promise<void> }> => {
  const underWay = new Set<Promise<void>>();
  let isStopped = false;
  await page.route(address, async (route) => {
    if (isStopped) return route.abort();
    const call = route.fetch().then((response) => route.fulfill({ response }));
    underWay.add(call);
    await call.finally(() => underWay.delete(call));
  });
  return {
    stop: async () => {
      isStopped = true;
      await Promise.all(underWay);
    },
  };
};

/** Keeps the answers of a page's calls to such addresses from it until they are released. */
export const delayCalls = async (page: Page, address: RegExp) => {
  let waiting = 0;
  let isReleased = false;
  let release = (): void => {};
  const released = new Promise<void>((resolve) => {
    release = () => {
      isReleased = true;
      resolve();
    };
  });
  await page.route(address, async (route) => {
    // Unlike `fetch`, this does not reject when the page is closed meanwhile.
    if (isReleased) return route.continue();
    const response = await route.fetch();
    waiting += 1;
    await released;
    await route.fulfill({ response });
  });
  return {
    /** How many calls have been answered until now. */
    waiting: () => waiting,
    release,
  };
};

/** Where it is about noon now, so that no day ends while a test counts what happened on it. */
export const noonTimezone = (): string => {
  const hours = 12 - new Date().getUTCHours();
  // The names have the sign of what is to be added to the local time.
  return `Etc/GMT${hours > 0 ? "-" : "+"}${Math.abs(hours)}`;
};

const axePath = createRequire(import.meta.url).resolve("axe-core/axe.min.js");
let axeSource: string | undefined;

/** What axe finds wrong with the page, of any severity, while it stands still. `rules`: all, if missing. */
export const barriers = async (page: Page, rules?: readonly string[]): Promise<readonly Barrier[]> => {
  axeSource ??= await readFile(axePath, "utf8");
  await settled(page);
  // Given to the page by the debugger, which its policy does not bind.
  if (!(await page.evaluate(() => "axe" in window))) await page.evaluate(axeSource);
  const found = await page.evaluate(async (runOnly) => {
    // Code that is loaded late can bring in what fades in, whose colours are none yet.
    let hasMoved = false;
    const note = () => {
      hasMoved = true;
    };
    const starts = ["animationstart", "transitionrun"] as const;
    for (const start of starts) document.addEventListener(start, note, true);
    const { axe } = window as Window & { axe?: { run(options: object): Promise<AxeResults> } };
    const results = await axe?.run(runOnly ? { runOnly } : {});
    await new Promise(requestAnimationFrame);
    for (const start of starts) document.removeEventListener(start, note, true);
    if (hasMoved) return null;
    return (results?.violations ?? [{ id: "axe did not run", impact: "serious", nodes: [] }]).map(
      ({ id, impact, nodes }) => ({
        impact,
        text: `${id}: ${nodes.map(({ html }) => html.slice(0, 200)).join(" | ")}`,
      }),
    );
  }, rules);
  return found ?? barriers(page, rules);
};

/** The serious and critical ones of {@link barriers}. */
export const seriousBarriers = async (page: Page): Promise<readonly string[]> =>
  (await barriers(page))
    .filter(({ impact }) => impact === "serious" || impact === "critical")
    .map(({ text }) => text);

interface Barrier {
  readonly impact: string;
  readonly text: string;
}

interface AxeResults {
  readonly violations: readonly {
    readonly id: string;
    readonly impact: string;
    readonly nodes: readonly { readonly html: string }[];
  }[];
}

/** Whether the page is wider than its window. */
export const scrollsSideways = async (page: Page): Promise<boolean> => {
  await settled(page);
  return page.evaluate(() => document.documentElement.scrollWidth > window.innerWidth);
};
