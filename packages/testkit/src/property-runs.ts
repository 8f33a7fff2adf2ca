import { inject } from "vitest";

/** Determines every random draw of a test run. `vitest.config.ts` and `scripts/test/fuzz.mjs` provide it. */
export interface DrawSettings {
  readonly seed: number;
  /** Null in an ordinary run. `npm run fuzz` draws until this time (ms since the epoch) or for `perTestMs`. */
  readonly fuzz: { readonly until: number; readonly perTestMs: number } | null;
}

declare module "vitest" {
  interface ProvidedContext {
    readonly draws: DrawSettings;
  }
}

interface PropertyRuns {
  readonly seed: number;
  readonly numRuns: number;
  readonly interruptAfterTimeLimit?: number;
}

/** With less time, a property could be checked with fewer draws than in an ordinary run. */
const leastMs = 10_000;

/** For `fc.assert`: `numRuns` draws from the fixed seed, or, in `npm run fuzz`, as many as time allows from a fresh one. */
export const propertyRuns = (numRuns = 100): PropertyRuns => {
  const { seed, fuzz } = inject("draws");
  const leftMs = fuzz === null ? 0 : Math.min(fuzz.perTestMs, fuzz.until - Date.now());
  if (leftMs < leastMs) return { seed, numRuns };
  return { seed, numRuns: Number.MAX_SAFE_INTEGER, interruptAfterTimeLimit: leftMs };
};

/** The seed for tests that draw without fast-check. */
export const drawSeed = (): number => inject("draws").seed >>> 0;
