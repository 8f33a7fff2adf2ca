import type { Page } from "playwright-core";

const observe = () => {
  const shifts: string[] = [];
  Object.assign(window, { shifts });
  new PerformanceObserver((list) => {
    for (const entry of list.getEntries() as (PerformanceEntry & {
      readonly hadRecentInput: boolean;
      readonly sources: readonly {
        readonly node: Node | null;
        readonly previousRect: DOMRectReadOnly;
        readonly currentRect: DOMRectReadOnly;
      }[];
    })[])
      if (!entry.hadRecentInput)
        for (const { node, previousRect: from, currentRect: to } of entry.sources) {
          const name =
            node instanceof Element ? node.outerHTML.slice(0, 100) : node?.textContent?.slice(0, 60);
          shifts.push(`${name}: ${from.x},${from.y} to ${to.x},${to.y}`);
        }
  }).observe({ type: "layout-shift", buffered: false });
};

/** Notes what layout shifts move, from now on, where no input caused them. */
export const watchShifts = (page: Page): Promise<void> => page.evaluate(observe);

/** The same of every page that is loaded from now on, from its beginning. */
export const watchShiftsOfLoads = (page: Page): Promise<unknown> => page.addInitScript(observe);

export const shifted = (page: Page): Promise<unknown> =>
  page.evaluate(() => ("shifts" in window ? window.shifts : "not watched"));
