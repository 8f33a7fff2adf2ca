import type { Page } from "playwright-core";

/** Resolves once an element has exactly this text. */
export const hasText = (page: Page, selector: string, text: string): Promise<void> =>
  page
    .locator(selector)
    .filter({ hasText: new RegExp(`^${text}$`) })
    .waitFor();
