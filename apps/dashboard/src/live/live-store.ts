import type { AdminEvent } from "@adjourn/client";
import type { Changes } from "../lists/changes";
import type { Ending, SessionRow } from "../lists/records";

export type LiveEvent = AdminEvent;
export type Totals = Omit<Extract<AdminEvent, { type: "totals" }>, "type">;

/** `lost`: data may be out of date, and the page polls. */
export type Connection = "connecting" | "live" | "lost";

interface LiveState {
  readonly connection: Connection;
  /** When (ms) the connection stopped being live. */
  readonly lostSince: number | null;
  readonly totals: Totals | null;
}

/** Longer than any request in flight when an event arrives. */
const rememberMs = 60_000;
const mostEndings = 20_000;
/**
 * Longer than any request, and longer than the query cache keeps unused data (5 minutes), so that no data from before
 * the end is left when the id is forgotten.
 */
const rememberGoneMs = 10 * 60_000;
/** Up to this many ids, none is forgotten. */
const rememberAtLeast = 20_000;

/** Recent events of the live connection, from which the lists are updated. */
export interface LiveStore {
  state(): LiveState;
  subscribe(listener: () => void): () => void;
  setConnection(connection: Connection): void;
  /** Adds an event. Returns whether it concerns the lists. Call {@link notify} after the last of a batch. */
  take(event: LiveEvent): boolean;
  /** Calls the listeners. */
  notify(): void;
  /** Marks a session as gone before its ending is known. */
  markGone(sessionId: string): void;
  isGone(sessionId: string): boolean;
  /** Keeps {@link forget} from removing a session that a page shows. Returns the release function. */
  keep(sessionId: string): () => void;
  /** Forgets sessions that ended long ago. Call it only after {@link changesSince} has been applied to every list. */
  forget(): void;
  ending(sessionId: string): Ending | undefined;
  /** Changes at or after `since` (ms), and every gone session that is remembered. */
  changesSince(since: number): Changes;
}

export const createLiveStore = (now: () => number = Date.now): LiveStore => {
  let state: LiveState = { connection: "connecting", lostSince: null, totals: null };
  const listeners = new Set<() => void>();
  let recent: { readonly at: number; readonly event: LiveEvent }[] = [];
  /** When each id was last marked as gone, oldest first. */
  const gone = new Map<string, number>();
  const kept = new Map<string, number>();
  const endings = new Map<string, Ending>();
  const set = (next: Partial<LiveState>) => {
    state = { ...state, ...next };
    for (const listener of listeners) listener();
  };
  const setGone = (sessionId: string) => {
    gone.delete(sessionId);
    gone.set(sessionId, now());
  };
  const forgetEvents = () => {
    const oldest = recent[0];
    if (oldest && oldest.at < now() - 2 * rememberMs)
      recent = recent.filter(({ at }) => at >= now() - rememberMs);
    for (const id of endings.keys()) {
      if (endings.size <= mostEndings) break;
      endings.delete(id);
    }
  };
  return {
    state: () => state,
    subscribe(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    setConnection(connection) {
      if (connection === state.connection) return;
      set({ connection, lostSince: connection === "live" ? null : (state.lostSince ?? now()) });
    },
    take(event) {
      if (event.type === "totals") {
        const { type: _, ...totals } = event;
        set({ totals });
        return false;
      }
      recent.push({ at: now(), event });
      if (event.type === "session.ended") {
        setGone(event.ending.sessionId);
        endings.set(event.ending.sessionId, event.ending);
      }
      forgetEvents();
      return true;
    },
    notify: () => set({}),
    markGone(sessionId) {
      setGone(sessionId);
      set({});
    },
    isGone: (sessionId) => gone.has(sessionId),
    keep(sessionId) {
      kept.set(sessionId, (kept.get(sessionId) ?? 0) + 1);
      return () => {
        const others = (kept.get(sessionId) ?? 1) - 1;
        if (others > 0) kept.set(sessionId, others);
        else kept.delete(sessionId);
      };
    },
    forget() {
      for (const [sessionId, at] of gone) {
        if (gone.size <= rememberAtLeast || at > now() - rememberGoneMs) break;
        if (!kept.has(sessionId)) gone.delete(sessionId);
      }
    },
    ending: (sessionId) => endings.get(sessionId),
    changesSince(since) {
      const created = new Map<string, SessionRow>();
      const changed = new Map<string, SessionRow>();
      const ended = new Map<string, Ending>();
      for (const { at, event } of recent) {
        if (at < since) continue;
        if (event.type === "session.created") created.set(event.session.sessionId, event.session);
        if (event.type === "session.changed") changed.set(event.session.sessionId, event.session);
        if (event.type === "session.ended") ended.set(event.ending.sessionId, event.ending);
      }
      return { created, changed, ended, gone };
    },
  };
};
