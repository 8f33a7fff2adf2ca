import type { Changes } from "../lists/changes";
import type { Ending } from "../lists/records";

/** When sessions began and ended, back to {@link Lifetimes.knownFrom}. */
export interface Lifetimes {
  /** When each live session began, by its id. */
  readonly begun: ReadonlyMap<string, string>;
  readonly gone: ReadonlyMap<string, Lifetime>;
  /** Live sessions that began before {@link knownFrom}, and are not listed. */
  readonly older: number;
  /** Before this time (ms) the data is incomplete. */
  readonly knownFrom: number;
}

export type Lifetime = Pick<Ending, "createdAt" | "endedAt" | "cause">;

/** Applies changes to lifetimes. Returns the same object if nothing changed. */
export const changeLifetimes = (lifetimes: Lifetimes, { created, ended }: Changes): Lifetimes => {
  const begun = new Map(lifetimes.begun);
  const gone = new Map(lifetimes.gone);
  let { older } = lifetimes;
  let isTouched = false;
  for (const { sessionId, createdAt } of created.values()) {
    if (begun.has(sessionId) || gone.has(sessionId) || ended.has(sessionId)) continue;
    begun.set(sessionId, createdAt);
    isTouched = true;
  }
  for (const { sessionId, createdAt, endedAt, cause } of ended.values()) {
    if (gone.has(sessionId)) continue;
    if (!begun.delete(sessionId) && Date.parse(createdAt) < lifetimes.knownFrom) older -= 1;
    gone.set(sessionId, { createdAt, endedAt, cause });
    isTouched = true;
  }
  return isTouched ? { ...lifetimes, begun, gone, older: Math.max(0, older) } : lifetimes;
};
