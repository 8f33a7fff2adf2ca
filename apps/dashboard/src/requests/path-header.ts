/** Carries the path and query of a page's request from the proxy to the page, which Next does not tell it. */
export const pathHeader = "x-adjourn-path";
