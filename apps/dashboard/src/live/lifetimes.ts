import type { Changes } from "./changes";
import type { Ending } from "./records";

/** When sessions began and ended, as far back as is known. */
export interface Lifetimes {
  /** When each live session began, by its id. */
  readonly begun: ReadonlyMap<string, string>;
  readonly over: ReadonlyMap<string, Lifetime>;
  /** Live sessions that began before {@link knownFrom}, and are not listed. */
  readonly older: number;
  /** Of the time before this (ms) only a part is known. */
  readonly knownFrom: number;
}

export type Lifetime = Pick<Ending, "createdAt" | "endedAt" | "cause">;

/** Brings lifetimes up to date; gives back the same object where nothing concerns them. */
export const changeLifetimes = (lifetimes: Lifetimes, { created, ended }: Changes): Lifetimes => {
  const begun = new Map(lifetimes.begun);
  const over = new Map(lifetimes.over);
  let { older } = lifetimes;
  let isTouched = false;
  for (const { sessionId, createdAt } of created.values()) {
    if (begun.has(sessionId) || over.has(sessionId) || ended.has(sessionId)) continue;
    begun.set(sessionId, createdAt);
    isTouched = true;
  }
  for (const { sessionId, createdAt, endedAt, cause } of ended.values()) {
    if (over.has(sessionId)) continue;
    if (!begun.delete(sessionId) && Date.parse(createdAt) < lifetimes.knownFrom) older -= 1;
    over.set(sessionId, { createdAt, endedAt, cause });
    isTouched = true;
  }
  return isTouched ? { ...lifetimes, begun, over, older: Math.max(0, older) } : lifetimes;
};
