import type { Page } from "playwright-core";

const observe = () => {
  const shifts: string[] = [];
  Object.assign(window, { shifts });
  new PerformanceObserver((list) => {
    for (const entry of list.getEntries() as (PerformanceEntry & {
      readonly hadRecentInput: boolean;
      readonly sources: readonly { readonly node: Node | null }[];
    })[])
      if (!entry.hadRecentInput)
        shifts.push(
          ...entry.sources.map(({ node }) => `${node?.nodeName} ${node?.textContent?.slice(0, 60)}`),
        );
  }).observe({ type: "layout-shift", buffered: false });
};

/** Notes what layout shifts move, from now on, where no input caused them. */
export const watchShifts = (page: Page): Promise<void> => page.evaluate(observe);

/** The same of every page that is loaded from now on, from its beginning. */
export const watchShiftsOfLoads = (page: Page): Promise<unknown> => page.addInitScript(observe);

export const shifted = (page: Page): Promise<unknown> =>
  page.evaluate(() => ("shifts" in window ? window.shifts : "not watched"));
