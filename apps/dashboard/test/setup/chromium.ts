import { existsSync } from "node:fs";

const places = ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"];

/** The system's browser; where there is none, tests that need it are skipped aloud, or fail under CI. */
export const chromiumPath = places.find((path) => existsSync(path));

export const hasBrowser = (): boolean => {
  if (chromiumPath) return true;
  if (process.env.CI) throw new Error(`The dashboard's tests need a Chromium at one of ${places.join(", ")}`);
  console.warn("skipped: the dashboard's tests, for want of a Chromium");
  return false;
};
