import { useSyncExternalStore } from "react";

let offsetMs = 0;

interface TimedSession {
  readonly expiresAt: string;
  readonly timeRemaining: number;
}

/** When the API listed a session, ms by its own clock; undefined for one past its time, which does not tell. */
export const answeredAt = (session: TimedSession | undefined): number | undefined =>
  session && session.timeRemaining > 0 ? Date.parse(session.expiresAt) - session.timeRemaining : undefined;

/** Estimates the API's clock from a live session, so that the time left is correct if this machine's clock is wrong. */
export const observeServerTime = (session: TimedSession | undefined): void => {
  const at = answeredAt(session);
  if (at !== undefined) offsetMs = at - Date.now();
};

/** An answer may be this old when it arrives. */
const oldestAnswerMs = 5_000;

/** Corrects the API's clock where the time of an answer that has just arrived shows that it is wrong. */
export const observeServerNow = (time: string): void => {
  if (Math.abs(Date.parse(time) - serverNow()) > oldestAnswerMs) offsetMs = Date.parse(time) - Date.now();
};

/** The API's time now, ms. */
export const serverNow = (): number => Date.now() + offsetMs;

const listeners = new Set<() => void>();
let ticking: ReturnType<typeof setInterval> | undefined;
let second = 0;

const tick = () => {
  second = Math.floor(serverNow() / 1_000) * 1_000;
  for (const listener of listeners) listener();
};

const subscribe = (listener: () => void) => {
  if (listeners.size === 0) {
    ticking = setInterval(tick, 1_000);
    second = Math.floor(serverNow() / 1_000) * 1_000;
  }
  listeners.add(listener);
  return () => {
    listeners.delete(listener);
    if (listeners.size === 0) clearInterval(ticking);
  };
};

const snapshot = () => {
  if (second === 0) second = Math.floor(serverNow() / 1_000) * 1_000;
  return second;
};

/**
 * The API's time in ms, updated every second; null during server rendering. `round` may keep the answer the same for
 * longer, so that what is shown of it is rendered less often.
 */
export const useServerNow = (round: (now: number) => number = exactly): number | null =>
  useSyncExternalStore(
    subscribe,
    () => round(snapshot()),
    () => null,
  );

const exactly = (now: number): number => now;
