import { inject } from "vitest";

/** What decides every draw of a run of the tests; `vitest.config.ts` and `scripts/test/fuzz.mjs` provide it. */
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

/** Fewer draws than these seconds allow might not meet all that a test wants to have seen. */
const leastMs = 10_000;

/** For `fc.assert`: `numRuns` draws from the fixed seed, or, in `npm run fuzz`, as many as time allows from a fresh one. */
export const propertyRuns = (numRuns = 100): PropertyRuns => {
  const { seed, fuzz } = inject("draws");
  const leftMs = fuzz === null ? 0 : Math.min(fuzz.perTestMs, fuzz.until - Date.now());
  if (leftMs < leastMs) return { seed, numRuns };
  return { seed, numRuns: Number.MAX_SAFE_INTEGER, interruptAfterTimeLimit: leftMs };
};

/** For tests that draw by themselves. */
export const drawSeed = (): number => inject("draws").seed >>> 0;
